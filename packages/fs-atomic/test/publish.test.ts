import { readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { assert, asyncProperty, integer, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import {
  FsAtomicError,
  moveFile,
  nodeFileSystem,
  publishFile,
  publishMany,
  replaceFile,
} from '@tapps-agents/fs-atomic';
import { alteredFileSystem, FaultyFileSystem } from '@tapps-agents/fs-atomic/testing';
import type { FaultRule } from '@tapps-agents/fs-atomic/testing';
import { bytes, flushed, names, place, privateFileMode, rejection } from './support.ts';

test('the calls of a full publish, in order', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  const path = join(here.box, 'a.json');
  const published = await publishFile(path, bytes('hello'), { temporaryDirectory: here.tmp, fileSystem });
  expect(published).toEqual({ path, durability: 'full' });
  expect(fileSystem.verbs).toEqual(['create', 'write', 'sync', 'close', 'rename', 'syncDirectory']);
  expect(normalize(dirname(fileSystem.calls[0]!.path))).toBe(here.tmp);
  expect(fileSystem.calls[0]!.path).toMatch(/\.tmp$/);
  expect(flushed(fileSystem)).toEqual([here.box]);
  expect(readFileSync(path, 'utf8')).toBe('hello');
  expect(statSync(path).mode & 0o777).toBe(privateFileMode);
  expect(names(here.tmp)).toEqual([]);
});

test.each([
  ['none', ['create', 'write', 'close', 'rename']],
  ['file', ['create', 'write', 'sync', 'close', 'rename']],
] as const)('durability %s flushes no more than it promises', async (durability, verbs) => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  const options = { temporaryDirectory: here.tmp, fileSystem, durability };
  expect(await publishFile(join(here.box, 'a'), bytes('x'), options)).toMatchObject({ durability });
  expect(fileSystem.verbs).toEqual(verbs);
});

const faults: [string, FaultRule, string][] = [
  ['no space for the file', { verb: 'create', code: 'ENOSPC' }, 'ERR_DISK_FULL'],
  ['no space in the middle', { verb: 'write', nth: 3, code: 'ENOSPC' }, 'ERR_DISK_FULL'],
  ['over the quota', { verb: 'write', code: 'EDQUOT' }, 'ERR_DISK_FULL'],
  ['no space when flushed', { verb: 'sync', code: 'ENOSPC' }, 'ERR_DISK_FULL'],
  ['flush failed', { verb: 'sync', code: 'EIO' }, 'ERR_SYNC_FAILED'],
  ['close failed', { verb: 'close', code: 'EIO' }, 'ERR_IO'],
  ['not allowed', { verb: 'create', code: 'EACCES' }, 'ERR_ACCESS_DENIED'],
  ['read-only', { verb: 'create', code: 'EROFS' }, 'ERR_ACCESS_DENIED'],
  ['not allowed to rename', { verb: 'rename', code: 'EPERM' }, 'ERR_ACCESS_DENIED'],
  ['rename failed', { verb: 'rename', code: 'EIO' }, 'ERR_IO'],
  ['too many open files', { verb: 'create', code: 'EMFILE' }, 'ERR_TOO_MANY_OPEN_FILES'],
];

test.each(faults)('%s: nothing new, nothing old changed, nothing left', async (_, rule, code) => {
  await using here = await place();
  const path = join(here.box, 'a');
  for (const write of [publishFile, replaceFile]) {
    const isReplace = write === replaceFile;
    if (isReplace) await publishFile(path, bytes('old content'), { temporaryDirectory: here.tmp });
    const fileSystem = new FaultyFileSystem();
    fileSystem.shortenWrites(4);
    fileSystem.fail(rule);
    const options = { temporaryDirectory: here.tmp, fileSystem, platform: 'linux' as const };
    const failure = await rejection(write(path, bytes('new content, longer'), options));
    expect(failure).toBeInstanceOf(FsAtomicError);
    expect(failure).toMatchObject({ code, path, published: [] });
    expect((failure as Error).message).toContain(path);
    expect((failure as Error).cause).toMatchObject(code === 'ERR_DISK_FULL' ? {} : { code: rule.code });
    expect(names(here.box)).toEqual(isReplace ? ['a'] : []);
    if (isReplace) expect(readFileSync(path, 'utf8')).toBe('old content');
    expect(names(here.tmp)).toEqual([]);
    // Whatever was opened is closed, once.
    const count = (verb: string): number => fileSystem.verbs.filter((one) => one === verb).length;
    expect(count('close')).toBe(count('create') - (rule.verb === 'create' ? 1 : 0));
    // A failed flush is final: the kernel may say yes the second time, of pages it has dropped.
    expect(count('sync')).toBeLessThanOrEqual(1);
  }
});

test('short writes are continued, whatever their size', async () => {
  await using here = await place();
  let count = 0;
  await assert(
    asyncProperty(uint8Array({ maxLength: 300 }), integer({ min: 1, max: 50 }), async (content, most) => {
      const fileSystem = new FaultyFileSystem();
      fileSystem.shortenWrites(most);
      const path = join(here.box, `${(count += 1)}`);
      await publishFile(path, content, { temporaryDirectory: here.tmp, fileSystem, durability: 'none' });
      expect(new Uint8Array(readFileSync(path))).toEqual(content);
    }),
    { numRuns: 50 },
  );
});

test('a file that takes nothing is an error, not an endless loop', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.shortenWrites(0);
  const options = { temporaryDirectory: here.tmp, fileSystem };
  expect(await rejection(publishFile(join(here.box, 'a'), bytes('x'), options))).toMatchObject({
    code: 'ERR_IO',
  });
  expect([...names(here.box), ...names(here.tmp)]).toEqual([]);
});

test('a failed directory flush says that the file is in place', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'syncDirectory', code: 'EIO' });
  const path = join(here.box, 'a');
  const failure = await rejection(
    publishFile(path, bytes('x'), { temporaryDirectory: here.tmp, fileSystem }),
  );
  expect(failure).toMatchObject({ code: 'ERR_SYNC_FAILED', published: [path] });
  expect((failure as Error).message).toContain('in place already');
});

/** Windows does not tell what may not be opened from what is in use. */
const DENIED = process.platform === 'win32' ? /permit.*Close the program/ : /permit.*owner and permissions/;

test.each([
  ['no descriptor is free', 'EMFILE', 'fsync', 'ERR_TOO_MANY_OPEN_FILES', /too many files.*Close some/],
  ['it may not be opened', 'EACCES', 'open', 'ERR_ACCESS_DENIED', DENIED],
  ['it is in use', 'EBUSY', 'open', 'ERR_ACCESS_DENIED', /in use.*Close the program/],
  ['a full disk', 'ENOSPC', 'fsync', 'ERR_DISK_FULL', /full.*Free some space/],
  ['a disk that fails at once', 'EIO', 'open', 'ERR_SYNC_FAILED', /did not confirm.*Check the disk/],
  ['a flush that was refused', 'EACCES', 'fsync', 'ERR_SYNC_FAILED', /did not confirm.*Check the disk/],
] as const)(
  'a directory that is not flushed as %s: told as that, and what is in place',
  async (_, code, syscall, expected, message) => {
    await using here = await place();
    const syncDirectory = (path: string): never => {
      throw Object.assign(new Error(`${code}: made to fail, ${syscall} '${path}'`), { code, syscall, path });
    };
    const fileSystem = alteredFileSystem(nodeFileSystem(), { syncDirectory });
    const options = { temporaryDirectory: here.tmp, fileSystem };
    const [path, to] = [join(here.box, 'a'), join(here.path, 'b')];
    const published = await rejection(publishFile(path, bytes('x'), options));
    expect(published).toMatchObject({ code: expected, path, published: [path] });
    expect((published as Error).message).toMatch(message);
    const moved = await rejection(moveFile(path, to, { ...options, durability: 'full' }));
    expect(moved).toMatchObject({ code: expected, published: [to] });
  },
);

test('where directories cannot be flushed, the result says file', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.canSyncDirectories = false;
  const published = await publishFile(join(here.box, 'a'), bytes('x'), {
    temporaryDirectory: here.tmp,
    fileSystem,
  });
  expect(published.durability).toBe('file');
});

test('missing directories are created, and their names flushed', async () => {
  await using here = await place();
  await rm(here.tmp, { recursive: true });
  const fileSystem = new FaultyFileSystem();
  const path = join(here.box, 'new', 'deep', 'a');
  await publishFile(path, bytes('x'), { temporaryDirectory: here.tmp, fileSystem });
  expect(readFileSync(path, 'utf8')).toBe('x');
  expect(flushed(fileSystem)).toEqual([here.box, join(here.box, 'new'), join(here.box, 'new', 'deep')]);
});

test('a temporary file that was swept away is written again, once', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  const path = join(here.box, 'a');
  let sweeps = 1;
  fileSystem.onCall = async (call) => {
    if (call.verb === 'rename' && sweeps > 0) {
      sweeps -= 1;
      await rm(call.path);
    }
  };
  await publishFile(path, bytes('x'), { temporaryDirectory: here.tmp, fileSystem });
  expect(readFileSync(path, 'utf8')).toBe('x');
  sweeps = 2;
  const again = publishFile(join(here.box, 'b'), bytes('x'), { temporaryDirectory: here.tmp, fileSystem });
  expect(await rejection(again)).toMatchObject({ code: 'ERR_IO', published: [] });
  expect(names(here.box)).toEqual(['a']);
});

test('a rename whose answer got lost counts as done', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'rename', code: 'ENOENT', when: 'after' });
  await publishFile(join(here.box, 'a'), bytes('x'), { temporaryDirectory: here.tmp, fileSystem });
  expect(fileSystem.verbs.filter((verb) => verb === 'create').length).toBe(1);
  expect(names(here.box)).toEqual(['a']);
});

test('publishMany flushes every file, renames all, and flushes each directory once', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  const files = Array.from({ length: 100 }, (_, index) => ({
    path: join(here.box, `${index % 2}`, `${index}`),
    bytes: bytes(`${index}`),
  }));
  let open = 0;
  let mostOpen = 0;
  fileSystem.onCall = ({ verb }) => {
    if (verb === 'create') mostOpen = Math.max(mostOpen, (open += 1));
    if (verb === 'close') open -= 1;
  };
  const published = await publishMany(files, { temporaryDirectory: here.tmp, fileSystem });
  expect(published).toEqual(files.map(({ path }) => ({ path, durability: 'full' })));
  for (const { path, bytes: content } of files) expect(new Uint8Array(readFileSync(path))).toEqual(content);
  const { verbs } = fileSystem;
  expect(verbs.lastIndexOf('sync')).toBeLessThan(verbs.indexOf('rename'));
  expect(verbs.filter((verb) => verb === 'sync').length).toBe(100);
  const last = verbs.lastIndexOf('rename');
  expect(verbs.slice(last + 1)).toEqual(['syncDirectory', 'syncDirectory']);
  expect(mostOpen).toBeLessThanOrEqual(32);
  expect(open).toBe(0);
});

test('publishMany: one failure before the first rename leaves nothing of any file', async () => {
  await using here = await place();
  const files = Array.from({ length: 70 }, (_, index) => ({
    path: join(here.box, `${index}`),
    bytes: bytes('x'),
  }));
  for (const verb of ['create', 'write', 'sync', 'close'] as const) {
    const fileSystem = new FaultyFileSystem();
    fileSystem.fail({ verb, nth: 50, code: 'ENOSPC' });
    const failure = await rejection(publishMany(files, { temporaryDirectory: here.tmp, fileSystem }));
    expect(failure).toMatchObject({ code: 'ERR_DISK_FULL', published: [] });
    expect([...names(here.box), ...names(here.tmp)]).toEqual([]);
  }
});

test('publishMany: a failure between renames names what is in place and cleans up the rest', async () => {
  await using here = await place();
  const files = Array.from({ length: 10 }, (_, index) => ({
    path: join(here.box, `${index}`),
    bytes: bytes('x'),
  }));
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'rename', nth: 5, code: 'EIO' });
  const failure = await rejection(publishMany(files, { temporaryDirectory: here.tmp, fileSystem }));
  expect(failure).toMatchObject({
    code: 'ERR_IO',
    path: files[4]!.path,
    published: files.slice(0, 4).map((f) => f.path),
  });
  expect(names(here.box)).toEqual(['0', '1', '2', '3']);
  expect(names(here.tmp)).toEqual([]);
});

test('publishMany refuses a path that is named twice, and does nothing for no files', async () => {
  await using here = await place();
  const file = { path: join(here.box, 'a'), bytes: bytes('x') };
  expect(await rejection(publishMany([file, file], { temporaryDirectory: here.tmp }))).toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
  });
  expect(await publishMany([], { temporaryDirectory: here.tmp })).toEqual([]);
  expect(names(here.box)).toEqual([]);
});

test('an aborted signal stops before the first rename, with its own reason', async () => {
  await using here = await place();
  const reason = Object.assign(new Error('enough'), { code: 'EMINE' });
  const controller = new AbortController();
  const fileSystem = new FaultyFileSystem();
  fileSystem.onCall = ({ verb }) => {
    if (verb === 'close') controller.abort(reason);
  };
  const options = { temporaryDirectory: here.tmp, fileSystem, signal: controller.signal };
  expect(await rejection(publishFile(join(here.box, 'a'), bytes('x'), options))).toBe(reason);
  expect(fileSystem.verbs).not.toContain('rename');
  expect([...names(here.box), ...names(here.tmp)]).toEqual([]);
});

test('the default file system is one object, so that what is known about it is shared', () => {
  expect(nodeFileSystem()).toBe(nodeFileSystem());
});
