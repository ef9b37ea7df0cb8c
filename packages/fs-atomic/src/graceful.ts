// oxlint-disable-next-line no-restricted-imports -- this is the one file that touches the disk
import fs from 'node:fs';
// oxlint-disable-next-line no-restricted-imports -- and the one that knows graceful-fs
import gracefulFs from 'graceful-fs';
import type {
  Awaitable,
  DirectoryEntry,
  EntryKind,
  ExclusiveFile,
  FileStatus,
  FileSystem,
  FileSystemSpace,
  StopWatching,
  WritableFile,
} from './file-system.ts';
import { recover, whenThere } from './awaitable.ts';
import { systemErrorCode } from './errors.ts';
import { SeenNames } from './seen-names.ts';
import { isCutByUmask } from './umask.ts';

const onWindows = process.platform === 'win32';

/**
 * node's file system behind the port. One object for the whole process, so that what is remembered about a file
 * system is shared.
 *
 * Metadata calls and writes are synchronous: they take 2 to 8 us, and 90 to 220 us when they go through node's
 * thread pool. Flushes take milliseconds and always go through the pool. A call that finds no free file
 * descriptor waits for one in graceful-fs's queue (it patches only functions that take a callback).
 */
export function nodeFileSystem(): FileSystem {
  return diskFileSystem;
}

// `fs` is the default import on purpose: graceful-fs replaces `fs.closeSync` to wake its queue, and a named import
// would still be the original.
const diskFileSystem: FileSystem = {
  create: (path, mode) =>
    whenThere(open(path, 'wx', mode), (descriptor) =>
      writableFile(withFileMode(descriptor, path, mode), path),
    ),
  read,
  rename: (from, to) => fs.renameSync(from, to),
  remove: (path) => fs.unlinkSync(path),
  createDirectory,
  removeDirectory: (path) => fs.rmdirSync(path),
  list,
  status,
  touch: (path, modified_ms) => fs.lutimesSync(path, modified_ms / 1000, modified_ms / 1000),
  syncDirectory: (path) => (onWindows ? syncWindowsDirectory(path) : syncPosixDirectory(path)),
  watch,
  holdExclusively: (path) => (onWindows ? whenThere(open(path, exclusiveFlags, 0o600), exclusiveFile) : null),
  changeMode: (path, mode) =>
    whenThere(open(path, readFlags, 0), (descriptor) => changeMode(descriptor, mode)),
  space,
};

const noPermissionBits = new Set(['EPERM', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Gives a file that was just created the mode that was asked for; whoever may not have it gets no file at all. */
function withFileMode(descriptor: number, path: string, mode: number): number {
  if (!isCutByUmask(mode)) return descriptor;
  try {
    setMode(() => fs.fchmodSync(descriptor, mode));
    return descriptor;
  } catch (error) {
    fs.closeSync(descriptor);
    fs.unlinkSync(path);
    throw error;
  }
}

function createDirectory(path: string, mode: number): void {
  fs.mkdirSync(path, mode);
  if (!isCutByUmask(mode)) return;
  try {
    // It may have its parent's set-group-ID bit, which a chmod without it takes away: mkdir(2), chmod(2).
    setMode(() => fs.chmodSync(path, (fs.lstatSync(path).mode & 0o7000) | mode));
  } catch (error) {
    // Others may have removed it, or have something in it already.
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}

/** A file system without permission bits (FAT, many shares) refuses; its mount says who may do what. */
function setMode(set: () => void): void {
  try {
    set();
  } catch (error) {
    if (!noPermissionBits.has(systemErrorCode(error) ?? '')) throw error;
  }
}

function writableFile(descriptor: number, path: string): WritableFile {
  return {
    write: (bytes, offset) => fs.writeSync(descriptor, bytes, offset),
    sync: () => (isInMemory(path) ? false : flush(descriptor)),
    close: () => fs.closeSync(descriptor),
  };
}

// Without O_NONBLOCK, opening a pipe would wait for a writer. Windows has neither flag.
const readFlags = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0);

function read(path: string, maxBytes: number): Awaitable<Uint8Array> {
  if (onWindows && !fs.lstatSync(path).isFile())
    throw systemError('EINVAL', 'not a regular file', 'open', path);
  return recover(
    () => whenThere(open(path, readFlags, 0), (descriptor) => readDescriptor(descriptor, path, maxBytes)),
    (error) => {
      // A link met O_NOFOLLOW (ELOOP; EMLINK on FreeBSD), or it is a socket (ENXIO; EOPNOTSUPP on macOS): open(2).
      if (!['ELOOP', 'EMLINK', 'ENXIO', 'EOPNOTSUPP'].includes(systemErrorCode(error) ?? '')) throw error;
      throw systemError('EINVAL', 'not a regular file', 'open', path);
    },
  );
}

function readDescriptor(descriptor: number, path: string, maxBytes: number): Uint8Array {
  try {
    const stats = fs.fstatSync(descriptor);
    if (!stats.isFile()) throw systemError('EINVAL', 'not a regular file', 'read', path);
    if (stats.size > maxBytes) throw tooLarge(path, maxBytes);
    // The size is only a hint: the file may grow while it is read, and some file systems report 0.
    let buffer = Buffer.allocUnsafeSlow(Math.max(stats.size + 1, 512));
    let length = 0;
    for (;;) {
      if (length === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
      const taken = fs.readSync(descriptor, buffer, length, buffer.length - length, null);
      length += taken;
      if (length > maxBytes) throw tooLarge(path, maxBytes);
      if (taken === 0) return buffer.subarray(0, length);
    }
  } finally {
    fs.closeSync(descriptor);
  }
}

const entriesPerBatch = 1024;

// Measured on ext4 with 100,000 names: opendirSync 60 ms, readdirSync withFileTypes 120 ms, opendir 105 ms.
async function* list(path: string): AsyncGenerator<readonly DirectoryEntry[]> {
  let directory: fs.Dir;
  try {
    directory = fs.opendirSync(path, { bufferSize: entriesPerBatch });
  } catch (error) {
    if (!lacksDescriptor(error)) throw error;
    yield await listByName(path, new SeenNames());
    return;
  }
  const yielded = new SeenNames();
  let incomplete = false;
  try {
    for (;;) {
      const batch = nextBatch(directory);
      if (batch === 'incomplete') incomplete = true;
      if (batch === 'incomplete' || batch.length === 0) break;
      yielded.add(batch);
      yield batch;
    }
  } finally {
    directory.closeSync();
  }
  if (incomplete) yield await listByName(path, yielded);
}

/**
 * Where a directory does not say what its entries are (DT_UNKNOWN: readdir(3); NFS, also in the middle of a listing),
 * node looks at each itself, and loses the rest of its buffer when one has vanished meanwhile: `incomplete`.
 */
function nextBatch(directory: fs.Dir): readonly DirectoryEntry[] | 'incomplete' {
  const batch: DirectoryEntry[] = [];
  try {
    while (batch.length < entriesPerBatch) {
      const entry = directory.readSync();
      if (entry === null) break;
      batch.push({ name: entry.name, kind: entryKind(entry) });
    }
  } catch (error) {
    if (error instanceof Error && 'syscall' in error && error.syscall === 'lstat') return 'incomplete';
    throw error;
  }
  return batch;
}

/** Lists all names but those that were `yielded` already, and looks at each. */
async function listByName(path: string, yielded: SeenNames): Promise<readonly DirectoryEntry[]> {
  const isKnown = yielded.lookup();
  const names = await new Promise<string[]>((resolve, reject) => {
    gracefulFs.readdir(path, (error, found) => (error === null ? resolve(found) : reject(error)));
  });
  const entries: DirectoryEntry[] = [];
  for (const name of names) {
    if (isKnown(name)) continue;
    const stats = fs.lstatSync(`${path}/${name}`, { throwIfNoEntry: false });
    if (stats !== undefined) entries.push({ name, kind: entryKind(stats) });
  }
  return entries;
}

function entryKind(entry: fs.Dirent | fs.Stats): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

function status(path: string): FileStatus {
  // That there is nothing is an answer, and most of these calls get it: as an error of the system it costs ten times as much.
  const stats = fs.lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw absence(path);
  return {
    kind: entryKind(stats),
    size: stats.size,
    modified_ms: stats.mtimeMs,
    mode: stats.mode & 0o7777,
    // The number of an inode comes again, its birth does not.
    identity: `${stats.dev}:${stats.ino}:${stats.birthtimeMs}`,
  };
}

const noSuchOperation = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EBADF']);

/** A directory is flushed through a descriptor that reads it: fsync(2), "Calling fsync() does not ...". */
async function syncPosixDirectory(path: string): Promise<boolean> {
  const descriptor = await open(path, fs.constants.O_RDONLY | (fs.constants.O_DIRECTORY ?? 0), 0);
  return flushDirectory(descriptor, noSuchOperation);
}

const noSuchOperationOnWindows = new Set([...noSuchOperation, 'EPERM', 'EACCES', 'EISDIR']);

/** FlushFileBuffers wants a handle with write access, which local disks give for a directory and SMB does not. */
async function syncWindowsDirectory(path: string): Promise<boolean> {
  let descriptor: number;
  try {
    descriptor = await open(path, 'r+', 0);
  } catch (error) {
    if (noSuchOperationOnWindows.has(systemErrorCode(error) ?? '')) return false;
    throw error;
  }
  return flushDirectory(descriptor, noSuchOperationOnWindows);
}

async function flushDirectory(descriptor: number, unsupported: ReadonlySet<string>): Promise<boolean> {
  try {
    await flush(descriptor);
    // On XFS that shut itself down after the directory was opened (a broken disk, say), fsync(2) succeeds and has flushed
    // nothing; fstat(2) fails with EIO. Measured on Linux 6.18. ext4 fails the fsync itself.
    fs.fstatSync(descriptor);
    return true;
  } catch (error) {
    if (unsupported.has(systemErrorCode(error) ?? '')) return false;
    throw error;
  } finally {
    fs.closeSync(descriptor);
  }
}

function flush(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fsync(descriptor, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** Through a descriptor: chmod(2) would follow a link that was put into the place of the file meanwhile. */
function changeMode(descriptor: number, mode: number): void {
  try {
    fs.fchmodSync(descriptor, mode);
  } finally {
    fs.closeSync(descriptor);
  }
}

function watch(path: string, changed: () => void, failed: (error: Error) => void): StopWatching {
  const watcher = fs.watch(path, { persistent: false }, () => changed());
  watcher.on('error', (error) => {
    watcher.close();
    failed(error);
  });
  return () => watcher.close();
}

/**
 * UV_FS_O_EXLOCK: libuv opens with share mode 0, and who else opens the file gets a sharing violation, EBUSY
 * (libuv, include/uv/win.h and fs__open in src/win/fs.c).
 */
const exclusiveFlags = 0x10000000 | fs.constants.O_RDWR | fs.constants.O_CREAT;

function exclusiveFile(descriptor: number): ExclusiveFile {
  return { close: () => fs.closeSync(descriptor) };
}

function space(path: string): FileSystemSpace {
  const { bavail, bsize, blocks, files, ffree, type } = fs.statfsSync(path);
  return {
    freeBytes: bavail * bsize,
    totalBytes: blocks * bsize,
    freeInodes: files > 0 ? ffree : null,
    // Elsewhere the number means something else, or nothing.
    ...(process.platform === 'linux' ? { typeId: type } : {}),
  };
}

/** TMPFS_MAGIC and RAMFS_MAGIC: statfs(2). An overlay over one of them cannot be told from another. */
const inMemory = new Set([0x01021994, 0x858458f6]);

function isInMemory(path: string): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return inMemory.has(fs.statfsSync(path).type);
  } catch {
    return false; // Somebody removed it; whoever wrote it finds out by itself.
  }
}

/** Opens now; where no descriptor is free, waits in graceful-fs's queue (up to a minute without any progress). */
function open(path: string, flags: string | number, mode: number): Awaitable<number> {
  try {
    return fs.openSync(path, flags, mode);
  } catch (error) {
    if (!lacksDescriptor(error)) throw error;
    return new Promise((resolve, reject) => {
      gracefulFs.open(path, flags, mode, (failure, descriptor) =>
        failure === null ? resolve(descriptor) : reject(failure),
      );
    });
  }
}

function lacksDescriptor(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code === 'EMFILE' || code === 'ENFILE';
}

function tooLarge(path: string, maxBytes: number): Error {
  return systemError('EFBIG', `larger than ${maxBytes} bytes`, 'read', path);
}

/** ENOENT as node words it, without a stack: gathering that is what makes an error dear. */
function absence(path: string): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return Object.assign(new Error(`ENOENT: no such file or directory, lstat '${path}'`), {
      code: 'ENOENT',
      syscall: 'lstat',
      path,
    });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** An error in the form of node's own. */
function systemError(code: string, what: string, syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${what}, ${syscall} '${path}'`), { code, syscall, path });
}
