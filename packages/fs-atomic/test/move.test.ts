import { closeSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  createExclusive,
  ensureDirectory,
  moveFile,
  moveMany,
  removeEmptyDirectory,
} from '@tapps-agents/fs-atomic';
import { FaultyFileSystem } from '@tapps-agents/fs-atomic/testing';
import { bytes, canLink, flushed, names, place, rejection } from './support.ts';

test('of fifty callers one moves the file', async () => {
  await using here = await place();
  writeFileSync(join(here.box, 'a'), 'x');
  const moves = Array.from({ length: 50 }, (_, index) =>
    moveFile(join(here.box, 'a'), join(here.tmp, `a~${index}`)),
  );
  const won = await Promise.all(moves);
  expect(won.filter(Boolean).length).toBe(1);
  expect(names(here.tmp)).toEqual([`a~${won.indexOf(true)}`]);
});

test('a move is one rename', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  writeFileSync(join(here.box, 'a'), 'x');
  expect(await moveFile(join(here.box, 'a'), join(here.tmp, 'b'), { fileSystem })).toBe(true);
  expect(fileSystem.verbs).toEqual(['rename']);
});

test('a file that somebody reads can be moved', async () => {
  await using here = await place();
  const [from, to] = [join(here.box, 'a'), join(here.box, 'b')];
  writeFileSync(from, 'x');
  const reader = openSync(from, 'r');
  try {
    expect(await moveFile(from, to)).toBe(true);
  } finally {
    closeSync(reader);
  }
  expect(names(here.box)).toEqual(['b']);
});

test('a missing destination directory is created, also in a race with one who moves the file away', async () => {
  await using here = await place();
  writeFileSync(join(here.box, 'a'), 'x');
  expect(await moveFile(join(here.box, 'a'), join(here.tmp, 'deep', 'er', 'b'))).toBe(true);
  writeFileSync(join(here.box, 'a'), 'x');
  const fileSystem = new FaultyFileSystem();
  fileSystem.onCall = async ({ verb }) => {
    if (verb === 'createDirectory') await rm(join(here.box, 'a'), { force: true });
  };
  expect(await moveFile(join(here.box, 'a'), join(here.tmp, 'other', 'b'), { fileSystem })).toBe(false);
});

test('nothing to move is false, and creates nothing', async () => {
  await using here = await place();
  expect(await moveFile(join(here.box, 'a'), join(here.tmp, 'new', 'b'))).toBe(false);
  expect(names(here.tmp)).toEqual([]);
});

test('a repeated rename whose first answer got lost is a win', async () => {
  await using here = await place();
  writeFileSync(join(here.box, 'a'), 'x');
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'rename', code: 'ENOENT', when: 'after' });
  expect(await moveFile(join(here.box, 'a'), join(here.tmp, 'b'), { fileSystem })).toBe(true);
});

test('where others make the destination too, finding it there is no win', async () => {
  await using here = await place();
  writeFileSync(join(here.tmp, 'b'), 'of somebody else');
  const [from, to] = [join(here.box, 'gone'), join(here.tmp, 'b')];
  expect(await moveFile(from, to, { sharedDestination: true })).toBe(false);
  expect(await moveFile(from, to)).toBe(true);
});

test('full flushes the destination first, then the source; a failure says that the file was moved', async () => {
  await using here = await place();
  writeFileSync(join(here.box, 'a'), 'x');
  const fileSystem = new FaultyFileSystem();
  const options = { fileSystem, durability: 'full' } as const;
  await moveFile(join(here.box, 'a'), join(here.tmp, 'b'), options);
  expect(flushed(fileSystem)).toEqual([here.tmp, here.box]);
  fileSystem.fail({ verb: 'syncDirectory', code: 'EIO' });
  const failure = await rejection(moveFile(join(here.tmp, 'b'), join(here.box, 'c'), options));
  expect(failure).toMatchObject({ code: 'ERR_SYNC_FAILED', published: [join(here.box, 'c')] });
});

test('what a rename cannot do is thrown, never false', async () => {
  await using here = await place();
  for (const [system, code] of [
    ['EACCES', 'ERR_ACCESS_DENIED'],
    ['EXDEV', 'ERR_IO'],
    ['ENOSPC', 'ERR_DISK_FULL'],
    ['ENOTDIR', 'ERR_NOT_A_DIRECTORY'],
  ] as const) {
    const fileSystem = new FaultyFileSystem();
    fileSystem.fail({ verb: 'rename', code: system });
    const moved = moveFile(join(here.box, 'a'), join(here.tmp, 'b'), { fileSystem, platform: 'linux' });
    expect(await rejection(moved)).toMatchObject({ code, path: join(here.box, 'a') });
  }
});

test('of a move from one file system to another it is said that it is that', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'rename', code: 'EXDEV' });
  const moved = moveFile(join(here.box, 'a'), join(here.tmp, 'b'), { fileSystem });
  expect(await rejection(moved)).toMatchObject({
    code: 'ERR_IO',
    message: expect.stringContaining('different file systems'),
  });
});

test('of fifty callers one creates the file', async () => {
  await using here = await place();
  const path = join(here.box, 'new', 'name');
  const created = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      createExclusive(path, bytes(`${index}`), { durability: 'none' }),
    ),
  );
  expect(created.filter(Boolean).length).toBe(1);
  expect(readFileSync(path, 'utf8')).toBe(`${created.indexOf(true)}`);
});

test('a created file that could not be written whole is removed', async () => {
  await using here = await place();
  for (const verb of ['write', 'sync', 'close', 'syncDirectory'] as const) {
    const fileSystem = new FaultyFileSystem();
    fileSystem.fail({ verb, code: 'EIO' });
    const failure = await rejection(createExclusive(join(here.box, 'a'), bytes('x'), { fileSystem }));
    const synced = verb === 'sync' || verb === 'syncDirectory';
    expect(failure).toMatchObject({ code: synced ? 'ERR_SYNC_FAILED' : 'ERR_IO' });
    expect(names(here.box)).toEqual([]);
  }
});

test('ensureDirectory tells what it made, and any number may race', async () => {
  await using here = await place();
  const path = join(here.box, 'a', 'b', 'c');
  const made = await Promise.all(Array.from({ length: 30 }, () => ensureDirectory(path)));
  expect(made.flat().sort()).toEqual([join(here.box, 'a'), join(here.box, 'a', 'b'), path]);
  expect(await ensureDirectory(path)).toEqual([]);
  expect(await ensureDirectory('/')).toEqual([]);
});

test('ensureDirectory survives somebody who removes what it makes', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  let removals = 3;
  fileSystem.onCall = async ({ verb, path }) => {
    if (verb !== 'createDirectory' || !path.endsWith('b') || (removals -= 1) < 0) return;
    await rm(join(here.box, 'a'), { recursive: true, force: true });
  };
  await ensureDirectory(join(here.box, 'a', 'b'), { fileSystem });
  expect(names(join(here.box, 'a'))).toEqual(['b']);
});

test('ensureDirectory makes a directory that was there and vanished before the second look', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.onCall = async ({ verb }) => {
    if (verb === 'status') await rm(here.box, { recursive: true });
  };
  expect(await ensureDirectory(here.box, { fileSystem })).toEqual([here.box]);
  expect(names(here.path)).toEqual(['box', 'tmp']);
});

test('ensureDirectory with full flushes the parent of what it made, and of nothing else', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  await ensureDirectory(join(here.box, 'a', 'b'), { fileSystem, durability: 'full' });
  expect(flushed(fileSystem)).toEqual([here.box, join(here.box, 'a')]);
  await ensureDirectory(join(here.box, 'a', 'b'), { fileSystem, durability: 'full' });
  expect(flushed(fileSystem).length).toBe(2);
});

test('ensureDirectory names what else is in the way', async () => {
  await using here = await place();
  writeFileSync(join(here.box, 'file'), 'x');
  for (const inTheWay of ['file', 'file/sub']) {
    const failure = await rejection(ensureDirectory(join(here.box, inTheWay)));
    expect(failure).toMatchObject({ code: 'ERR_NOT_A_DIRECTORY' });
  }
});

test.for(['linux', 'win32'] as const)(
  'ensureDirectory accepts a link to a directory, and no other, by the rules of %s',
  async (platform, { skip }) => {
    skip(!canLink(), 'symbolic links cannot be made here');
    await using here = await place();
    writeFileSync(join(here.box, 'file'), 'x');
    symlinkSync(here.tmp, join(here.box, 'link'), 'junction');
    symlinkSync(join(here.box, 'file'), join(here.box, 'link-to-file'));
    symlinkSync(join(here.path, 'nowhere'), join(here.box, 'dangling'));
    expect(await ensureDirectory(join(here.box, 'link'), { platform })).toEqual([]);
    const below = join(here.box, 'link', 'sub');
    expect(await ensureDirectory(below, { platform })).toEqual([below]);
    for (const inTheWay of ['dangling', 'link-to-file']) {
      const failure = await rejection(ensureDirectory(join(here.box, inTheWay), { platform }));
      expect(failure).toMatchObject({ code: 'ERR_NOT_A_DIRECTORY' });
    }
  },
);

test('removeEmptyDirectory removes only what is empty', async () => {
  await using here = await place();
  writeFileSync(join(here.box, 'a'), 'x');
  expect(await removeEmptyDirectory(here.box)).toBe(false);
  expect(await removeEmptyDirectory(here.tmp)).toBe(true);
  expect(await removeEmptyDirectory(here.tmp)).toBe(false);
  expect(await rejection(removeEmptyDirectory(join(here.box, 'a')))).toMatchObject({
    code: 'ERR_NOT_A_DIRECTORY',
  });
});

test('many are renamed in their order, then each directory is flushed once, destinations first', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  for (const name of ['a', 'b', 'c']) writeFileSync(join(here.box, name), name);
  const files = ['a', 'gone', 'b', 'c'].map((name) => ({
    from: join(here.box, name),
    to: join(name === 'c' ? here.box : here.tmp, `${name}~1`),
  }));
  const results = await moveMany(files, { fileSystem, durability: 'full' });
  expect(results).toEqual([true, false, true, true].map((value) => ({ status: 'fulfilled', value })));
  expect(names(here.tmp)).toEqual(['a~1', 'b~1']);
  expect(names(here.box)).toEqual(['c~1']);
  const calls = fileSystem.calls.filter(({ verb }) => verb === 'rename' || verb === 'syncDirectory');
  expect(calls.slice(0, 4).map(({ verb }) => verb)).toEqual(['rename', 'rename', 'rename', 'rename']);
  expect(calls.slice(4).map(({ path }) => path)).toEqual(
    [here.tmp, here.box].map((path) => path.replaceAll('\\', '/')),
  );
  expect(await moveMany([], { durability: 'full' })).toEqual([]);
});

test('of many, one that cannot be moved stops no other; a flush that fails is told of those that it was for', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  for (const name of ['a', 'b', 'c']) writeFileSync(join(here.box, name), name);
  const to = (name: string): string => join(here.tmp, name, name);
  const files = ['a', 'b', 'c'].map((name) => ({ from: join(here.box, name), to: to(name) }));
  fileSystem.fail({ verb: 'rename', path: /a$/, code: 'EIO' });
  fileSystem.fail({ verb: 'syncDirectory', path: /b$/, code: 'EIO' });
  const [a, b, c] = await moveMany(files, { fileSystem, durability: 'full' });
  expect(a).toMatchObject({ status: 'rejected', reason: { code: 'ERR_IO', published: [] } });
  expect(b).toMatchObject({ status: 'rejected', reason: { code: 'ERR_SYNC_FAILED', published: [to('b')] } });
  expect(c).toEqual({ status: 'fulfilled', value: true });
  expect(names(here.box)).toEqual(['a']);
  await expect(moveMany([{ from: 'x', to: 'x' }])).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
});
