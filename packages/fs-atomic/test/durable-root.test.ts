import fs from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  ensureDirectory,
  moveFile,
  publishFile,
  removeEmptyDirectory,
  type FileStatus,
} from '@tapps-agents/fs-atomic';
import { FaultyFileSystem } from '@tapps-agents/fs-atomic/testing';
import { syncDirectoryUpTo } from '../src/directory-sync.ts';
import { bytes, flushed, place, rejection } from './support.ts';

/* Which names of directories are flushed, and looked at, besides what was written. */

test('durableRoot flushes the names of parents that others made, once', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  const directory = join(here.box, 'agent', 'task');
  const options = { temporaryDirectory: here.tmp, fileSystem, durableRoot: here.path };
  const flushedBy = async (name: string, under = directory): Promise<string[]> => {
    const start = fileSystem.calls.length;
    await publishFile(join(under, name), bytes('x'), options);
    return flushed(fileSystem, start);
  };
  await mkdir(directory, { recursive: true });
  expect(await flushedBy('a')).toEqual([directory, dirname(directory), here.box, here.path]);
  expect(await flushedBy('b')).toEqual([directory]);
  // A sibling is a new name in a parent that was flushed before: its own entry is what counts.
  await mkdir(join(here.box, 'agent', 'other'));
  expect(await flushedBy('c', join(here.box, 'agent', 'other'))).toEqual([
    join(here.box, 'agent', 'other'),
    join(here.box, 'agent'),
  ]);
  // Somebody removed it, and somebody else made it anew: it is another directory, whose name nobody has flushed.
  await rm(directory, { recursive: true });
  await mkdir(directory);
  expect(await flushedBy('d')).toEqual([directory, dirname(directory)]);
  expect(await flushedBy('e')).toEqual([directory]);
  await rm(dirname(directory), { recursive: true });
  await mkdir(directory, { recursive: true });
  expect(await flushedBy('f')).toEqual([directory, dirname(directory), here.box]);
  expect(await rejection(publishFile(join(here.path, '..', 'a'), bytes('x'), options))).toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
  });
});

test.each(['a', `b${sep}..${sep}a`])(
  'a file that is the durableRoot itself is refused before anything is done (%s)',
  async (name) => {
    await using here = await place();
    const fileSystem = new FaultyFileSystem();
    const options = { temporaryDirectory: here.tmp, fileSystem, durableRoot: join(here.box, 'a') };
    const path = `${here.box}${sep}${name}`;
    // Were it not, the way to the root would have no end: the test would not either.
    fileSystem.onCall = () => {
      throw new Error('nothing was to be done');
    };
    const wrong = { code: 'ERR_INVALID_ARGUMENT', path };
    expect(await rejection(publishFile(path, bytes('x'), options))).toMatchObject(wrong);
    const move = moveFile(join(here.tmp, 'a'), path, { ...options, durability: 'full' });
    expect(await rejection(move)).toMatchObject(wrong);
    expect(fileSystem.calls).toEqual([]);
  },
);

test('a directory may be the durableRoot itself, which needs no flush', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  await ensureDirectory(here.box, { fileSystem, durability: 'full', durableRoot: `${here.box}${sep}` });
  expect(flushed(fileSystem)).toEqual([]);
});

test('the way to a root that it does not lead to has an end', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.onCall = () => {
    if (fileSystem.calls.length > 1_000) throw new Error('it has none');
  };
  const failure = await rejection(syncDirectoryUpTo(here.box, join(here.box, 'below'), fileSystem));
  expect(failure).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', path: here.box });
});

test('of a way that is known to be durable only the directory at its end is looked at', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  const directory = join(here.box, 'agent', 'task');
  await mkdir(directory, { recursive: true });
  const publish = (name: string, durableRoot: string): Promise<unknown> =>
    publishFile(join(directory, name), bytes('x'), { temporaryDirectory: here.tmp, fileSystem, durableRoot });
  await publish('a', here.box);
  const start = fileSystem.calls.length;
  await publish('b', here.box);
  const looks = fileSystem.calls.slice(start).filter(({ verb }) => verb === 'status');
  expect(looks.map(({ path }) => normalize(path))).toEqual([directory]);
  // The way to another root is longer.
  const beyond = fileSystem.calls.length;
  await publish('c', here.path);
  expect(flushed(fileSystem, beyond)).toEqual([directory, here.path]);
});

test('what this process removed is flushed again, however much what came after looks the same', async () => {
  await using here = await place();
  const fileSystem = new Alike();
  const directory = join(here.box, 'agent', 'task');
  const options = { temporaryDirectory: here.tmp, fileSystem, durableRoot: here.path };
  await mkdir(directory, { recursive: true });
  await publishFile(join(directory, 'a'), bytes('x'), options);
  await rm(join(directory, 'a'));
  await removeEmptyDirectory(directory, options);
  await mkdir(directory);
  const start = fileSystem.calls.length;
  await publishFile(join(directory, 'b'), bytes('x'), options);
  expect(flushed(fileSystem, start)).toEqual([directory, dirname(directory)]);
});

test('where the file system tells no time of birth, nothing is remembered of a directory', async ({
  skip,
}) => {
  skip(process.platform === 'win32', 'Windows tells directories apart by their number');
  await using here = await place();
  const directory = join(here.box, 'task');
  await mkdir(directory);
  const look = fs.lstatSync.bind(fs);
  const looking = vi.spyOn(fs, 'lstatSync').mockImplementation((path, options) => {
    const stats = look(path, options);
    return stats === undefined ? stats : (Object.assign(stats, { birthtimeMs: 0 }) as never);
  });
  onTestFinished(() => looking.mockRestore());
  const fileSystem = new FaultyFileSystem();
  expect((await fileSystem.status(directory)).identity).toBeUndefined();
  for (const name of ['a', 'b']) {
    const start = fileSystem.calls.length;
    const options = { temporaryDirectory: here.tmp, fileSystem, durableRoot: here.box };
    await publishFile(join(directory, name), bytes('x'), options);
    expect(flushed(fileSystem, start)).toEqual([directory, here.box]);
  }
});

/** The number of a removed directory goes to the next one, and clocks are coarse. */
class Alike extends FaultyFileSystem {
  override async status(path: string): Promise<FileStatus> {
    return { ...(await super.status(path)), identity: 'the same' };
  }
}
