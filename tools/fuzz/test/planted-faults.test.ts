import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { forgetHoard, PLANTED_FAULTS } from '../src/planted-faults.ts';
import { inputOf, runTarget, tryInput } from '../src/run-target.ts';
import { spawnNode } from './support/spawn-node.ts';

vi.setConfig({ testTimeout: 600_000 }); // Each is a fixed amount of work, however busy the machine is.

afterEach(forgetHoard);

test.each([
  ['type error', 'crash', 1_000],
  ['prototype polluted', 'prototype polluted', 1_000],
  ['memory leak', 'memory grows', 1_500],
  ['every name kept', 'memory grows', 16_000],
  ['no sanitising', 'terminal escape', 200],
  ['ids as paths', 'path left its root|segment', 100],
  ['paths of archives believed', 'path left its root|foreign', 100],
  ['sets believed', 'path left its root', 30_000],
  ['loose names', 'name|path left its root', 300],
  ['links followed', 'outside was touched', 30],
  ['stopped by a name', 'good ones stopped|shut out', 60],
])('is noticed: %s', async (fault, rule, inputs) => {
  const target = PLANTED_FAULTS[fault]!();
  const { finding } = await runTarget(target, { seed: 1, first: 0, count: inputs });
  expect(finding?.error.message).toMatch(new RegExp(`^(?:${rule}): `));
  // And it can be replayed, by its number and by its bytes (a leak shows in a run only).
  if (rule === 'memory grows') return;
  expect(inputOf(target, 1, finding?.index ?? -1)).toEqual(finding?.input);
  expect((await tryInput(target, finding!.input))?.message).toMatch(new RegExp(`^(?:${rule}): `));
});

const hangs = ['endless loop', 'endless wait'];
test.each(hangs)('is noticed: an %s, by a thread that is not in it; the input is kept', async (fault) => {
  const failures = mkdtempSync(join(tmpdir(), 'fuzz-failures-'));
  try {
    const how = ['--plant', fault, '--inputs', '50', '--patience', '3', '--failures', failures];
    const { exitCode, stdout } = await spawnNode(['tools/fuzz/start.mjs', ...how]);
    expect(stdout).toMatch(/BROKEN: message, seed 1, index \d+: hang: no end within 3 s/);
    expect(stdout).toMatch(/npm run fuzz -- --target message --seed 1 --index \d+/);
    expect(exitCode).toBe(1);
    expect(readdirSync(failures)).toHaveLength(1);
  } finally {
    rmSync(failures, { recursive: true });
  }
});
