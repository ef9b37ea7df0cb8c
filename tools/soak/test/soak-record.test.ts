import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planHarm, takeoverAfter_ms } from '../src/harm-plan.ts';
import { parseRecords, RecordLog } from '../src/soak-record.ts';

test('a log whose last line was cut gives all the others; any other broken line is an error', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tapps-soak-test-'));
  try {
    const path = join(directory, 'a.log');
    const log = new RecordLog(path);
    log.write({ event: 'sent', id: 'm' }, 1);
    log.write({ event: 'sent', id: 'n' }, 2);
    log.close();
    const text = readFileSync(path, 'utf8');
    expect(parseRecords(text).map((record) => record.at_us)).toEqual([1, 2]);
    expect(parseRecords(text.slice(0, -5)).map((record) => record.at_us)).toEqual([1]);
    expect(() => parseRecords(text.slice(5))).toThrow(SyntaxError);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a seed always gives the same harm: kills, short stops, and stops that outlast a takeover', () => {
  const plan = planHarm(7, 60_000, 8, 8, 1_000);
  expect(planHarm(7, 60_000, 8, 8, 1_000)).toEqual(plan);
  expect(planHarm(8, 60_000, 8, 8, 1_000)).not.toEqual(plan);
  expect(new Set(plan.map(({ place }) => place)).size).toBe(16);
  const long = plan.filter(({ for_ms }) => (for_ms ?? 0) > takeoverAfter_ms(1_000));
  const short = plan.filter(({ harm, for_ms }) => harm === 'stop' && (for_ms ?? 0) <= 500);
  const kills = plan.filter(({ harm }) => harm === 'kill');
  expect(long.length + short.length + kills.length).toBe(plan.length);
  for (const some of [long, short, kills]) expect(some.length).toBeGreaterThan(20);
});
