import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { alteredFileSystem, temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';

test('replaces the calls it is given, and lets the others go on as they are', async () => {
  await using directory = await temporaryDirectory();
  const renamed: string[] = [];
  const inner = nodeFileSystem();
  const fileSystem = alteredFileSystem(inner, {
    rename: (from, to) => {
      renamed.push(from);
      return inner.rename(from, `${to}.altered`);
    },
  });
  const path = join(directory.path, 'one');
  const file = await fileSystem.create(path, 0o600);
  await file.write(Buffer.from('content'), 0);
  await file.close();
  await fileSystem.rename(path, join(directory.path, 'two'));
  expect(renamed).toEqual([path]);
  expect(await readFile(join(directory.path, 'two.altered'), 'utf8')).toBe('content');
});

const findsNothing = (): null => null;

test('leaves out optional calls, so that what is changed about the others is not passed by', () => {
  const inner = nodeFileSystem();
  const optional = new Set(['names', 'find', 'changeMode', 'inBackground']);
  const expected = Object.keys(inner).filter((name) => !optional.has(name));
  expect(Object.keys(alteredFileSystem(inner, {})).toSorted()).toEqual(expected.toSorted());
  expect(alteredFileSystem(inner, { find: findsNothing })).toHaveProperty('find', findsNothing);
});
