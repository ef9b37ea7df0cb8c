import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { bundleTool } from '../../start-tool.mjs';
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
  // To look at memory takes as long as many inputs, so only those that should grow are looked at often.
  const samples = rule === 'memory grows' ? 24 : 1;
  const { finding } = await runTarget(target, { seed: 1, first: 0, count: inputs, samples });
  expect(finding?.error.message).toMatch(new RegExp(`^(?:${rule}): `));
  // And it can be replayed, by its number and by its bytes (a leak shows in a run only).
  if (rule === 'memory grows') return;
  expect(inputOf(target, 1, finding?.index ?? -1)).toEqual(finding?.input);
  expect((await tryInput(target, finding!.input))?.message).toMatch(new RegExp(`^(?:${rule}): `));
});

// Side by side, as both mostly wait.
describe.concurrent('is noticed by a thread that is not in it; the input is kept', () => {
  const tool = join(import.meta.dirname, '..');
  const bundled = join('dist', `test-${process.pid}`);
  beforeAll(() => bundleTool(tool, ['main'], bundled));
  afterAll(() => rmSync(join(tool, bundled), { recursive: true }));

  // As `npm run fuzz` starts it, which bundles into a place that only one at a time may use; and the program itself, which
  // ends itself by a signal, as nothing else ends its thread.
  test.each([
    ['endless loop', join(tool, 'start.mjs'), 1],
    ['endless wait', join(tool, bundled, 'main.js'), null],
  ])('an %s', async (fault, program, ended) => {
    const failures = mkdtempSync(join(tmpdir(), 'fuzz-failures-'));
    try {
      const how = ['--plant', fault, '--inputs', '50', '--patience', '3', '--failures', failures];
      const { exitCode, stdout } = await spawnNode([program, ...how]);
      expect(stdout).toMatch(/BROKEN: message, seed 1, index \d+: hang: no end within 3 s/);
      expect(stdout).toMatch(/npm run fuzz -- --target message --seed 1 --index \d+/);
      expect(exitCode).toBe(ended);
      expect(readdirSync(failures)).toHaveLength(1);
    } finally {
      rmSync(failures, { recursive: true });
    }
  });
});
