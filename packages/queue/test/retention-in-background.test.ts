import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';
import { expect, test } from 'vitest';
import { names, site } from './support-behaviour.ts';

test.for([
  {
    shape: 'of one task',
    files: ['w/t/a.json', 'w/t/b.json', 'w/t/c.json'],
    whole: join('w', 't'),
    directories: 2,
  },
  { shape: 'of many tasks', files: ['w/1/a.json', 'w/2/b.json', 'w/3/c.json'], whole: 'w', directories: 4 },
  {
    shape: 'of many workflows',
    files: ['u/t/a.json', 'v/t/b.json', 'w/t/c.json'],
    whole: 'coder',
    directories: 6,
  },
])(
  'a ledger $shape is removed while it is listed, and the process does not wait for the disk',
  async (ledger) => {
    await using place = await site();
    const node = nodeFileSystem();
    const at = place.at('processed', 'inbox', 'coder');
    const removed: string[] = [];
    const before: number[] = [];
    const background: FileSystem = {
      ...node,
      async *list(path) {
        for await (const batch of node.list(path)) {
          if (!path.startsWith(at) || !path.endsWith(ledger.whole)) yield batch;
          else
            for (const entry of batch) {
              before.push(removed.length);
              yield [entry];
            }
        }
      },
      remove(path) {
        if (path.startsWith(at)) removed.push(path);
        return node.remove(path);
      },
    };
    const coder = await place.open('coder', { fileSystem: { ...node, inBackground: () => background } });
    await coder.registerAgent('coder');
    const files = ledger.files.map((file) => join(at, ...file.split('/')));
    for (const file of files) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, '{}');
      await utimes(file, 0, 0);
    }
    expect(await coder.operations.retain()).toMatchObject({ processed: 3, directories: ledger.directories });
    expect(removed.toSorted()).toEqual(files);
    expect(before).toEqual([0, 1, 2]);
  },
);

test('files among the workflows and tasks of a ledger are nobody’s concern: they stay, and fail nothing', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const at = place.at('processed', 'inbox', 'coder');
  const old = join(at, 'w', 't', 'a.json');
  const strays = [join(at, 'notes.txt'), join(at, 'w', 'notes.txt')];
  await mkdir(dirname(old), { recursive: true });
  for (const file of [old, ...strays]) {
    await writeFile(file, '{}');
    await utimes(file, 0, 0);
  }
  expect(await coder.operations.retain()).toMatchObject({ processed: 1, directories: 1, failed: 0 });
  expect(await names(at)).toEqual(['notes.txt', 'w']);
  expect(await names(join(at, 'w'))).toEqual(['notes.txt']);
});
