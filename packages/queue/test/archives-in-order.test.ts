import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { expect, test } from 'vitest';
import type { StoredFile } from '../src/stored-file.ts';
import { all, site } from './support-behaviour.ts';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';
import { deadTasks } from './support/dead-tasks.ts';

const isLetter = (name: string): boolean => /dlq\/.*~[0-9a-v]{6}\.json$/.test(name);
const reasonOf = (name: string): string => name.replace(/\.json$/, '.reason.json');

/** Whether each of so many dead letters comes after its reason. */
function expectReasonsFirst(names: readonly string[], letters: number): void {
  const found = names.filter(isLetter);
  expect(found).toHaveLength(letters);
  for (const letter of found) {
    expect(names).toContain(reasonOf(letter));
    expect(names.indexOf(reasonOf(letter))).toBeLessThan(names.indexOf(letter));
  }
}

async function archiveOf(letters: number): Promise<readonly StoredFile[]> {
  await using place = await site();
  const coder = await place.open('coder');
  await deadTasks(coder, letters);
  return await all(coder.store.dump({}));
}

test('in an archive each dead letter comes after its reason, as one may be cut off', async () => {
  const files = await archiveOf(20);
  expectReasonsFirst(
    files.map(({ name }) => name),
    20,
  );
});

test('what is taken in gets its names in that order too, whatever the order in the archive', async () => {
  const files = (await archiveOf(20)).toReversed();
  await using place = await site();
  const renamed: string[] = [];
  const inner = nodeFileSystem();
  const coder = await place.open('coder', {
    fileSystem: alteredFileSystem(inner, {
      rename: (from, to) => {
        renamed.push(to.replaceAll('\\', '/'));
        return inner.rename(from, to);
      },
    }),
  });
  await coder.store.restore(files, {});
  expectReasonsFirst(renamed, 20);
});
