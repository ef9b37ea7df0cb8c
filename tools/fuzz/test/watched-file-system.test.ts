import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { quickFileSystem, WatchedFileSystem } from '../src/disk/watched-file-system.ts';

test('above the root, directories may be looked at, and nothing else; beside it, nothing at all', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tapps-fuzz-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const root = join(directory, 'messages');
  for (const name of [root, join(directory, 'beside')]) mkdirSync(name);
  const watched = new WatchedFileSystem(root);
  const fileSystem = watched.over(quickFileSystem());
  const notes = async (use: () => unknown): Promise<number> => {
    const before = watched.violations.length;
    await use();
    return watched.violations.length - before;
  };
  expect(await notes(() => fileSystem.status(root))).toBe(0);
  expect(await notes(() => fileSystem.status(directory))).toBe(0);
  expect(await notes(() => fileSystem.status(dirname(directory)))).toBe(0);
  expect(await notes(() => fileSystem.status(join(directory, 'beside')))).toBe(1);
  expect(await notes(() => fileSystem.touch(directory, 0))).toBe(1);
  expect(
    await notes(async () => {
      for await (const _ of fileSystem.list(directory)) break;
    }),
  ).toBe(1);
});
