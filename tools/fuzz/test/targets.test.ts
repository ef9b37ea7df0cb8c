import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Canaries } from '../src/disk/canaries.ts';
import { inputOf, runTarget } from '../src/run-target.ts';
import { slicesFor } from '../src/slices.ts';
import { diskTargets, MEMORY_TARGETS } from '../src/targets.ts';

vi.setConfig({ testTimeout: 600_000 }); // Each is a fixed amount of work, however busy the machine is.

test.each(MEMORY_TARGETS.map((target) => [target.name, target] as const))(
  '%s keeps every promise',
  async (_, target) => {
    const { finding } = await runTarget(target, { seed: 7, first: 0, count: 100, samples: 1 });
    expect(finding?.error.message).toBeUndefined();
  },
);

test.each([
  ['tree', 5],
  ['command', 2],
  ['special-files', 5],
  ['junk', 1],
])('%s keeps every promise', async (name, count) => {
  const target = diskTargets(500).find((each) => each.name === name)!;
  const { finding } = await runTarget(target, { seed: 7, first: 0, count, samples: 1 });
  expect(finding?.error.message).toBeUndefined();
});

test('a seed means the same input always, another seed another', async () => {
  for (const target of [...MEMORY_TARGETS, ...diskTargets(10).slice(0, 2)]) {
    await target.prepare?.();
    for (const index of [0, 12_345]) {
      expect(inputOf(target, 3, index), target.name).toEqual(inputOf(target, 3, index));
    }
    const some = (seed: number): string[] =>
      Array.from({ length: 3 }, (_, index) => Buffer.from(inputOf(target, seed, index)).toString('hex'));
    expect(some(3), target.name).not.toEqual(some(4));
  }
});

test('every input is in one slice', () => {
  const targets = [...MEMORY_TARGETS, ...diskTargets(10)];
  const slices = slicesFor(targets, 100_000, 400);
  const total = (names: readonly string[]): number =>
    slices.filter(({ target }) => names.includes(target)).reduce((sum, { count }) => sum + count, 0);
  expect(total(MEMORY_TARGETS.map(({ name }) => name))).toBeGreaterThanOrEqual(100_000);
  expect(total(['tree', 'command'])).toBeGreaterThanOrEqual(400);
  for (const { target, first, count } of slices) {
    const next = slices.filter((slice) => slice.target === target && slice.first === first + count);
    expect(next.length).toBeLessThanOrEqual(1);
  }
});

test('canaries tell of being listed, read or moved', async () => {
  const { readFileSync, readdirSync, renameSync } = await import('node:fs');
  const directory = mkdtempSync(join(tmpdir(), 'canaries-'));
  try {
    new Canaries(directory, '{}').mustBeUntouched();
    for (const touch of [
      () => readFileSync(join(directory, 'secret.json')),
      () => readdirSync(join(directory, 'directory')),
      () => renameSync(join(directory, 'directory/inner.json'), join(directory, 'x')),
    ]) {
      rmSync(directory, { recursive: true });
      const canaries = new Canaries(directory, '{}');
      touch();
      expect(() => canaries.mustBeUntouched()).toThrow('outside was touched');
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});
