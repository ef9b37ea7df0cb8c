import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Canaries } from '../src/disk/canaries.ts';
import { isOperators, operatorTree } from '../src/disk/operator-tree.ts';
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
  ['operator', 4],
  ['command', 2],
  ['archive', 12],
  ['special-files', 5],
  ['junk', 1],
])('%s keeps every promise', async (name, count) => {
  const target = diskTargets(500).find((each) => each.name === name)!;
  const { finding } = await runTarget(target, { seed: 7, first: 0, count, samples: 1 });
  expect(finding?.error.message).toBeUndefined();
});

/** Every place of docs/protocol.md, R2, of what other writers leave, and of what only some calls make. */
const PLACES: Readonly<Record<string, RegExp>> = {
  version: /^layout\.json$/,
  'ready messages': /^inbox\/coder\/\d.*~p1~.{6}\.json$/,
  'outbox messages': /^outbox\/coder\/.*\.json$/,
  'foreign messages': /^inbox\/coder\/outside\.json$/,
  'agents’ names': /^inbox\/[^/]*%h[^/]*\/\.agent\.json$/,
  leases: /^locks\/inbox\/coder\/.*~aaaaaaa1\.json$/,
  'detached leases': /^locks\/inbox\/coder\/.*~aaaaaaa2\.json$/,
  owners: /^locks\/owners\/\w{8}\.json$/,
  'owners on Windows': /^locks\/owners\/\w{8}\.alive$/,
  pauses: /^locks\/paused\/agent~.*\.json$/,
  mutexes: /^locks\/mutexes\/retention\/g\d+~/,
  'dead letters': /^dlq\/inbox\/coder\/.*n\d{5}\.json$/,
  reasons: /^dlq\/inbox\/coder\/.*\.reason\.json$/,
  ledger: /^processed\/inbox\/coder\/w\/t\/.*\.json$/,
  'ledger by id': /^processed\/inbox\/coder\/any%h\/any%h\//,
  failures: /^journal\/inbox\/coder\/.*\/failure~/,
  'results of steps': /^journal\/inbox\/coder\/.*\/once~/,
  'replayed reasons': /^journal\/.*\/replayed~/,
  superseded: /^journal\/.*\/superseded~/,
  temporary: /^tmp\/.*\.tmp$/,
  operations: /^operations\/[^/]*\/record\.json$/,
  sets: /^operations\/[^/]*\/set~0\.ndjson$/,
  adopted: /^adopted\/[^/]*\/./,
  'dead letters of others': /^dlq\/[^/]*\.json$/,
  'words of others': /^dlq\/[^/]*\.reason\.txt$/,
  'ledgers of others': /^processed\/[^/]*\.jsonl$/,
  'leases of others': /^locks\/coder\/./,
  'boxes of others': /^inbox\/Old-Agent\/./,
};

test('the trees that are mutated have a file of every kind, and the operator’s aim is what only they have', async () => {
  const paths = (await operatorTree()).map(({ path }) => path);
  for (const [what, pattern] of Object.entries(PLACES))
    expect([what, paths.some((path) => pattern.test(path))]).toEqual([what, true]);
  expect(paths.filter(isOperators).length).toBeGreaterThan(15);
  const records = paths.filter((path) => path.endsWith('record.json')).length;
  expect(paths.filter((path) => /^operations\/[^/]*$/.test(path))).toHaveLength(records + 1); // One was never begun.
});

test('the tree is the same each time', async () => {
  const first = await operatorTree();
  for (let again = 0; again < 6; again += 1) expect(await operatorTree()).toEqual(first);
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
  expect(total(['tree', 'operator', 'command', 'archive'])).toBeGreaterThanOrEqual(400);
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
