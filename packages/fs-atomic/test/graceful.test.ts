import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import fs, { Dir, mkdirSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { inBackground, nodeFileSystem, systemErrorCode } from '@tapps-agents/fs-atomic';
import type { DirectoryEntry } from '@tapps-agents/fs-atomic';
import { bytes, canLink, names, place, privateFileMode } from './support.ts';

const fileSystem = nodeFileSystem();

async function codeOf(run: () => unknown): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return systemErrorCode(error);
  }
}

test('reads a file whole, up to and including the limit', async () => {
  await using here = await place();
  const path = join(here.box, 'a');
  writeFileSync(path, 'x'.repeat(1_000));
  expect((await fileSystem.read(path, 1_000)).length).toBe(1_000);
  expect(await codeOf(() => fileSystem.read(path, 999))).toBe('EFBIG');
  writeFileSync(path, '');
  expect((await fileSystem.read(path, 0)).length).toBe(0);
});

test('reads a file that says it is empty and is not, still bounded', async ({ skip }) => {
  skip(process.platform !== 'linux', 'only Linux has files, those of /proc, that say so');
  expect((await fileSystem.read('/proc/self/stat', 65_536)).length).toBeGreaterThan(10);
  expect(await codeOf(() => fileSystem.read('/proc/self/stat', 5))).toBe('EFBIG');
});

test('refuses a huge file without reading it', async () => {
  await using here = await place();
  const path = join(here.box, 'sparse');
  writeFileSync(path, '');
  truncateSync(path, 2 ** 40);
  expect(await codeOf(() => fileSystem.read(path, 1_048_576))).toBe('EFBIG');
});

test('refuses links, directories, pipes, sockets and devices', async ({ skip }) => {
  skip(process.platform === 'win32', 'Windows keeps neither pipes nor sockets in directories');
  await using here = await place();
  writeFileSync(join(here.box, 'file'), 'secret');
  symlinkSync(join(here.box, 'file'), join(here.box, 'link'));
  symlinkSync(join(here.box, 'nowhere'), join(here.box, 'dangling'));
  // Nobody writes into this pipe: a read that opened it plainly would hang.
  execFileSync('mkfifo', [join(here.box, 'pipe')]);
  const server = createServer().listen(join(here.box, 'socket'));
  await once(server, 'listening');
  try {
    for (const name of ['link', 'dangling', 'pipe', 'socket', '.', '/dev/null']) {
      const path = name.startsWith('/') ? name : join(here.box, name);
      expect([name, await codeOf(() => fileSystem.read(path, 100))]).toEqual([name, 'EINVAL']);
    }
    expect(await codeOf(() => fileSystem.read(join(here.box, 'missing'), 100))).toBe('ENOENT');
    const kinds = new Map((await listed(here.box)).map((entry) => [entry.name, entry.kind]));
    expect(Object.fromEntries(kinds)).toEqual({
      file: 'file',
      link: 'link',
      dangling: 'link',
      pipe: 'other',
      socket: 'other',
    });
    expect(await fileSystem.status(join(here.box, 'link'))).toMatchObject({ kind: 'link' });
  } finally {
    server.close();
    await once(server, 'close');
  }
});

test('refuses directories', async () => {
  await using here = await place();
  // Windows has no O_DIRECTORY; opening one there is EISDIR or EPERM without a look at what it is.
  expect(await codeOf(() => fileSystem.read(here.box, 100))).toBe('EINVAL');
  expect(await codeOf(() => fileSystem.read(join(here.box, 'missing'), 100))).toBe('ENOENT');
});

function openFiles(): number {
  return process.platform === 'linux' ? names('/proc/self/fd').length : 0;
}

async function listed(path: string): Promise<DirectoryEntry[]> {
  const entries: DirectoryEntry[] = [];
  for await (const batch of fileSystem.list(path)) entries.push(...batch);
  return entries;
}

test('lists in batches, every name once, and closes the directory when the reader leaves early', async () => {
  await using here = await place(); // Three batches, see `entriesPerBatch`: it fails in the first, the second and the last.
  for (let index = 0; index < 3_000; index += 1) writeFileSync(join(here.box, `${index}`), '');
  const entries = await listed(here.box);
  expect(new Set(entries.map((entry) => entry.name)).size).toBe(3_000);
  expect(entries.length).toBe(3_000);
  const before = openFiles();
  for await (const batch of fileSystem.list(here.box)) {
    expect(batch.length).toBeLessThanOrEqual(1_024);
    break;
  }
  expect(openFiles()).toBe(before);
  expect(await codeOf(() => listed(join(here.box, 'missing')))).toBe('ENOENT');
  expect(await codeOf(() => listed(join(here.box, '1')))).toBe('ENOTDIR');
});

test('lists by name where node fails to look at an entry that vanished', async () => {
  await using here = await place(); // Three batches, see `entriesPerBatch`: it fails in the first, the second and the last.
  for (let index = 0; index < 3_000; index += 1) writeFileSync(join(here.box, `${index}`), '');
  for (const failsAt of [1, 1_500, 2_500]) {
    let calls = 0;
    // oxlint-disable-next-line typescript/unbound-method -- it is called with its own `this` below
    const real = Dir.prototype.readSync;
    const spy = vi.spyOn(Dir.prototype, 'readSync').mockImplementation(function readSync(this: Dir) {
      calls += 1;
      if (calls === failsAt) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT', syscall: 'lstat' });
      return real.call(this);
    });
    try {
      const entries = await listed(here.box);
      expect(entries.length).toBe(3_000);
      expect(new Set(entries.map((entry) => entry.name)).size).toBe(3_000);
      expect(entries.every((entry) => entry.kind === 'file')).toBe(true);
    } finally {
      spy.mockRestore();
    }
  }
});

test('creates only what does not exist, with the mode asked for', async () => {
  await using here = await place();
  const path = join(here.box, 'a');
  const file = await fileSystem.create(path, 0o600);
  expect(await file.write(bytes('hello'), 2)).toBe(3);
  await file.sync();
  await file.close();
  expect(new TextDecoder().decode(await fileSystem.read(path, 10))).toBe('llo');
  expect(await codeOf(() => fileSystem.create(path, 0o600))).toBe('EEXIST');
  expect(await fileSystem.status(path)).toMatchObject({ kind: 'file', size: 3, mode: privateFileMode });
});

test('a file that is written may be wrapped in a copy of itself', async () => {
  await using here = await place();
  const path = join(here.box, 'a');
  const file = { ...(await fileSystem.create(path, 0o600)), sync: () => undefined };
  expect(await file.write(bytes('hello'), 0)).toBe(5);
  await file.close();
  expect(new TextDecoder().decode(await fileSystem.read(path, 10))).toBe('hello');
});

test('touch sets the time of a file, and status reads it back', async () => {
  await using here = await place();
  const path = join(here.box, 'a');
  writeFileSync(path, '');
  await fileSystem.touch(path, 1_700_000_000_000);
  expect((await fileSystem.status(path)).modified_ms).toBe(1_700_000_000_000);
  expect(await codeOf(() => fileSystem.touch(join(here.box, 'missing'), 1))).toBe('ENOENT');
});

test('touch sets the time of a link itself', async ({ skip }) => {
  skip(!canLink(), 'symbolic links cannot be made here');
  await using here = await place();
  const path = join(here.box, 'a');
  writeFileSync(path, '');
  await fileSystem.touch(path, 1_700_000_000_000);
  symlinkSync(path, join(here.box, 'link'));
  await fileSystem.touch(join(here.box, 'link'), 1_800_000_000_000);
  expect(statSync(path).mtimeMs).toBe(1_700_000_000_000);
});

test('flushes directories, and says so', async () => {
  await using here = await place();
  // Windows too: FlushFileBuffers takes a directory of a local disk that was opened for writing.
  expect(await fileSystem.syncDirectory(here.box)).toBe(true);
  expect(await codeOf(() => fileSystem.syncDirectory(join(here.box, 'missing')))).toBe('ENOENT');
});

test('watch reports a change until it is stopped', async () => {
  await using here = await place();
  const seen = new Promise<void>((resolve, reject) => {
    const stop = fileSystem.watch(
      here.box,
      () => {
        stop();
        stop();
        resolve();
      },
      reject,
    );
  });
  writeFileSync(join(here.box, 'a'), '');
  await seen;
  expect(() =>
    fileSystem.watch(
      join(here.box, 'missing'),
      () => undefined,
      () => undefined,
    ),
  ).toThrow(/ENOENT/);
});

test('tells how much room there is', async () => {
  await using here = await place();
  const space = await fileSystem.space(here.box);
  expect(space.freeBytes).toBeGreaterThan(0);
  expect(space.totalBytes).toBeGreaterThan(space.freeBytes);
});

test('a file that is held exclusively opens for nobody else, on Windows; elsewhere there is no such thing', async () => {
  await using here = await place();
  const path = join(here.box, 'a');
  const held = await fileSystem.holdExclusively(path);
  if (process.platform !== 'win32') {
    expect(held).toBeNull();
    expect(names(here.box)).toEqual([]);
    return;
  }
  for (const touchIt of [
    () => fileSystem.holdExclusively(path),
    () => fileSystem.read(path, 10),
    () => fileSystem.remove(path),
    () => fileSystem.rename(path, join(here.box, 'b')),
  ]) {
    expect(await codeOf(touchIt)).toBe('EBUSY');
  }
  await held!.close();
  await (await fileSystem.holdExclusively(path))!.close();
  expect((await fileSystem.read(path, 10)).length).toBe(0);
});

test('modes are changed, and links not followed', async ({ skip }) => {
  skip(process.platform === 'win32', 'Windows has no permission bits');
  await using here = await place();
  const file = join(here.box, 'a');
  writeFileSync(file, '', { mode: 0o644 });
  mkdirSync(join(here.box, 'd'), { mode: 0o755 });
  symlinkSync(file, join(here.box, 'link'));
  await fileSystem.changeMode?.(file, 0o600);
  await fileSystem.changeMode?.(join(here.box, 'd'), 0o700);
  expect(await codeOf(async () => await fileSystem.changeMode?.(join(here.box, 'link'), 0o666))).toBe(
    'ELOOP',
  );
  expect((await fileSystem.status(file)).mode).toBe(0o600);
  expect((await fileSystem.status(join(here.box, 'd'))).mode).toBe(0o700);
});

test('directories', async () => {
  await using here = await place();
  const path = join(here.box, 'd');
  await fileSystem.createDirectory(path, 0o700);
  expect(await codeOf(() => fileSystem.createDirectory(path, 0o700))).toBe('EEXIST');
  expect(await codeOf(() => fileSystem.createDirectory(join(here.box, 'x', 'y'), 0o700))).toBe('ENOENT');
  mkdirSync(join(path, 'inner'));
  expect(await codeOf(() => fileSystem.removeDirectory(path))).toBe('ENOTEMPTY');
  await fileSystem.removeDirectory(join(path, 'inner'));
  // Not here and now: of a directory that was large it may take long.
  const removing = fileSystem.removeDirectory(path);
  expect(removing).toBeInstanceOf(Promise);
  await removing;
  expect(names(here.box)).toEqual([]);
});

test('does not take the flush of a directory for one where the file system has ended meanwhile', async ({
  skip,
}) => {
  skip(process.platform === 'win32', 'Windows flushes a directory by other means');
  await using here = await place();
  // As on XFS after a shutdown: what was opened before can still be flushed, to no effect, and no longer be looked at.
  const flush = vi.spyOn(fs, 'fsync').mockImplementation((_descriptor, done) => {
    const look = vi.spyOn(fs, 'fstatSync').mockImplementation(() => {
      throw Object.assign(new Error('EIO: i/o error, fstat'), { code: 'EIO', syscall: 'fstat' });
    });
    onTestFinished(() => look.mockRestore());
    done(null);
  });
  onTestFinished(() => flush.mockRestore());
  expect(await codeOf(() => fileSystem.syncDirectory(here.box))).toBe('EIO');
});

test('names all that is in a small directory at once, and finds what is there', async () => {
  await using here = await place();
  writeFileSync(join(here.box, 'a'), 'x');
  mkdirSync(join(here.box, 'b'));
  expect([...((await fileSystem.names?.(here.box)) ?? [])].toSorted()).toEqual(['a', 'b']);
  expect(await codeOf(() => fileSystem.names?.(join(here.box, 'none')))).toBe('ENOENT');
  expect(await fileSystem.find?.(join(here.box, 'a'))).toEqual(await fileSystem.status(join(here.box, 'a')));
  expect(await fileSystem.find?.(join(here.box, 'none'))).toBeNull();
  // Windows says of what would be below a file that there is nothing.
  const belowFile = (): unknown => fileSystem.find?.(join(here.box, 'a', 'b'));
  if (process.platform === 'win32') expect(await belowFile()).toBeNull();
  else expect(await codeOf(belowFile)).toBe('ENOTDIR');
});

test('who replaces how a copy of it lists, looks and removes has replaced both ways of it', async () => {
  await using here = await place();
  const removed: string[] = [];
  const status = await fileSystem.status(here.box);
  const other = {
    ...fileSystem,
    async *list() {
      yield [{ name: 'planted', kind: 'file' } as const];
    },
    status: (path: string) => {
      if (path.endsWith('gone')) throw Object.assign(new Error('gone'), { code: 'ENOENT' });
      return { ...status, size: 4_711 };
    },
    remove: (path: string) => void removed.push(path),
  };
  expect(await other.names?.(here.box)).toEqual(['planted']);
  expect(await other.find?.(join(here.box, 'none'))).toMatchObject({ size: 4_711 });
  expect(await other.find?.(join(here.box, 'gone'))).toBeNull();
  const background = inBackground(other);
  await background.remove(here.box);
  expect(removed).toEqual([here.box]);
  expect(await background.names?.(here.box)).toEqual(['planted']);
});
