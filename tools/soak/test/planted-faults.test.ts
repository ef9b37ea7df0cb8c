import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleTool } from '../../start-tool.mjs';
import type { Harm } from '../src/harm-plan.ts';
import type { Plant } from '../src/planted-faults.ts';
import { soak } from '../src/soak.ts';
import type { SoakResult } from '../src/soak-result.ts';

const tool = fileURLToPath(new URL('..', import.meta.url));
const programs = 'dist/for-tests';
let directory = '';

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tapps-soak-test-'));
  await bundleTool(tool, ['producer', 'consumer'], programs);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

async function shortSoak(plant: Plant | null, messages: number, plan: readonly Harm[]): Promise<SoakResult> {
  return await soak({
    directory: join(directory, plant ?? 'none'),
    programs: join(tool, programs),
    seconds: 1,
    messages,
    seed: 4,
    producers: 1,
    consumers: 2,
    lease_ms: 1_000,
    rate: 60,
    drain_s: 120,
    idle_ms: 0,
    plant,
    plan,
    signal: new AbortController().signal,
    say: () => {},
  });
}

const rulesOf = ({ violations }: SoakResult): string[] => [...new Set(violations.map(({ rule }) => rule))];

/** A worker is stopped while it holds a message, and goes on when the other has taken it over. */
const overtaken: readonly Harm[] = [{ at_ms: 0, place: 1, harm: 'stop', for_ms: null }];
const killed: readonly Harm[] = [{ at_ms: 800, place: 1, harm: 'kill', for_ms: 0 }];

describe.concurrent('real processes', () => {
  test('keep every promise where no fault is planted', { timeout: 300_000 }, async () => {
    const result = await shortSoak(null, 20, [...overtaken, ...killed]);
    expect(result.violations).toEqual([]);
    expect(result.takeoversFromStopped).toBeGreaterThan(0);
    expect(result).toMatchObject({ kills: 2, counts: { lost: 0, unexpected: 0, duplicateEffects: 0 } });
  });

  test.each<[string, Plant, readonly Harm[], readonly string[]]>([
    ['sends that are confirmed and dropped', 'drop', [], ['lost', 'not kept']],
    ['a ledger that is ignored', 'no-ledger', [], ['finished twice', 'handled again']],
    ['a late holder who is not fenced off', 'no-fencing', overtaken, ['finished twice']],
  ])('are seen to have %s', { timeout: 300_000 }, async (_name, plant, plan, rules) => {
    // What one short run shows hangs on when its processes get a processor.
    const shown = new Set<string>();
    for (let run = 0; run < 3 && !rules.every((rule) => shown.has(rule)); run += 1)
      for (const rule of rulesOf(await shortSoak(plant, 20, plan))) shown.add(rule);
    expect([...shown]).toEqual(expect.arrayContaining([...rules]));
  });
});
