import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { publishEach } from '@tapps-agents/fs-atomic';
import { FaultyFileSystem } from '@tapps-agents/fs-atomic/testing';
import { bytes, flushed, names, place, rejection } from './support.ts';

test('publishEach: the same calls in the same order, and each is told its own', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  const files = Array.from({ length: 70 }, (_, index) => ({
    path: join(here.box, `${index % 2}`, `${index}`),
    bytes: bytes(`${index}`),
  }));
  const results = await publishEach(files, { temporaryDirectory: here.tmp, fileSystem });
  expect(results).toEqual(
    files.map(({ path }) => ({ status: 'fulfilled', value: { path, durability: 'full' } })),
  );
  const { verbs } = fileSystem;
  expect(verbs.lastIndexOf('sync')).toBeLessThan(verbs.indexOf('rename'));
  expect(verbs.filter((verb) => verb === 'sync').length).toBe(70);
  expect(verbs.slice(verbs.lastIndexOf('rename') + 1)).toEqual(['syncDirectory', 'syncDirectory']);
});

test.each([
  ['written', { verb: 'write', nth: 5, code: 'ENOSPC' }, 'ERR_DISK_FULL'],
  ['flushed', { verb: 'sync', nth: 5, code: 'EIO' }, 'ERR_SYNC_FAILED'],
  ['renamed', { verb: 'rename', nth: 5, code: 'EACCES' }, 'ERR_ACCESS_DENIED'],
] as const)(
  'publishEach: one that cannot be %s stops no other, and leaves nothing',
  async (_, rule, code) => {
    await using here = await place();
    const fileSystem = new FaultyFileSystem();
    fileSystem.fail(rule);
    const files = Array.from({ length: 10 }, (__, index) => ({
      path: join(here.box, `${index}`),
      bytes: bytes('x'),
    }));
    const options = { temporaryDirectory: here.tmp, fileSystem, platform: 'linux' as const };
    const results = await publishEach(files, options);
    const failed = results.flatMap((result, index) =>
      result.status === 'rejected' ? [{ result, index }] : [],
    );
    const [{ result, index }, ...others] = failed as [(typeof failed)[number]];
    expect(others).toEqual([]);
    expect(result).toMatchObject({ reason: { code, path: files[index]!.path, published: [] } });
    expect(names(here.box)).toEqual(files.map((__, at) => `${at}`).filter((name) => name !== `${index}`));
    expect(names(here.tmp)).toEqual([]);
    // What the others were told is so: their directory was flushed after the last of them had its name.
    expect(flushed(fileSystem)).toEqual([here.box]);
    expect(fileSystem.verbs.lastIndexOf('rename')).toBeLessThan(fileSystem.verbs.indexOf('syncDirectory'));
  },
);

test('publishEach: where one directory cannot be flushed, those in it are in doubt, and no others', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  const files = ['a/1', 'b/1', 'a/2'].map((path) => ({ path: join(here.box, path), bytes: bytes(path) }));
  for (const { path } of files) mkdirSync(dirname(path), { recursive: true });
  fileSystem.fail({ verb: 'syncDirectory', path: /[/]a$/, code: 'EIO' });
  const [a1, b1, a2] = await publishEach(files, { temporaryDirectory: here.tmp, fileSystem });
  for (const [result, { path }] of [
    [a1, files[0]!],
    [a2, files[2]!],
  ] as const)
    expect(result).toMatchObject({ reason: { code: 'ERR_SYNC_FAILED', path, published: [path] } });
  expect(b1).toEqual({ status: 'fulfilled', value: { path: files[1]!.path, durability: 'full' } });
  expect(flushed(fileSystem)).toEqual([join(here.box, 'a'), join(here.box, 'b')]);
});

test('publishEach tells the level that was reached, and refuses a path that is named twice', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.canSyncDirectories = false;
  const file = { path: join(here.box, 'a'), bytes: bytes('x') };
  const options = { temporaryDirectory: here.tmp, fileSystem };
  expect(await rejection(publishEach([file, file], options))).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  expect(fileSystem.verbs).toEqual([]);
  const levels = [];
  for (const durability of ['none', 'file', 'full'] as const) {
    const one = { path: join(here.box, durability), bytes: bytes('x') };
    levels.push(...(await publishEach([one], { ...options, durability })));
  }
  expect(levels).toMatchObject(['none', 'file', 'file'].map((durability) => ({ value: { durability } })));
});
