// oxlint-disable-next-line no-restricted-imports -- one of the files that touch the disk
import fs from 'node:fs';
import { whenThere } from './awaitable.ts';
import { systemErrorCode } from './errors.ts';
import type { Awaitable, ExclusiveFile, FileSystem, FileSystemSpace, StopWatching } from './file-system.ts';
import { open } from './graceful.ts';
import { syncPosixDirectory, syncWindowsDirectory } from './node-flushing.ts';
import { findByStatus } from './existence.ts';
import { removeInBackground, touchInBackground } from './node-background.ts';
import { create, createDirectory, createDirectoryInBackground } from './node-creating.ts';
import { list, listInBackground, namesAtOnce, namesListed } from './node-listing.ts';
import { find, status } from './node-status.ts';
import { systemError, tooLarge } from './system-error.ts';
import { inThreadPool } from './thread-pool.ts';

const onWindows = process.platform === 'win32';

/**
 * node's file system behind the port. One object for the whole process, so that what is remembered about a file
 * system is shared.
 *
 * Metadata calls and writes are synchronous: they take 2 to 8 us, and 90 to 220 us when they go through node's
 * thread pool. Flushes take milliseconds and always go through the pool; so does the removal of directories. A call that
 * finds no free file descriptor waits for one in graceful-fs's queue (it patches only functions that take a callback).
 */
export function nodeFileSystem(): FileSystem {
  return diskFileSystem;
}

const diskFileSystem: FileSystem = {
  create,
  read,
  rename: (from, to) => fs.renameSync(from, to),
  remove,
  createDirectory,
  removeDirectory,
  list,
  // Who puts another `list` or `status` into a copy of this means these as well.
  names(path) {
    return this.list === list ? namesAtOnce(path) : namesListed(this.list(path));
  },
  status,
  find(path) {
    return this.status === status ? find(path) : findByStatus(path, this);
  },
  touch,
  syncDirectory: (path) => (onWindows ? syncWindowsDirectory(path) : syncPosixDirectory(path)),
  watch,
  holdExclusively: (path) => (onWindows ? whenThere(open(path, exclusiveFlags, 0o600), exclusiveFile) : null),
  changeMode: (path, mode) =>
    whenThere(open(path, readFlags, 0), (descriptor) => changeMode(descriptor, mode)),
  space,
  inBackground() {
    return backgroundOf(this);
  },
};

const backgrounds = new WeakMap<FileSystem, FileSystem>();

/** One for each port, as what is known of names is kept for each. What a copy of node's port has replaced stays as it is there. */
function backgroundOf(port: FileSystem): FileSystem {
  const known = backgrounds.get(port);
  if (known !== undefined) return known;
  const background = inheriting(port, {
    ...port,
    ...(port.list === list ? { list: listInBackground } : {}),
    ...(port.remove === remove ? { remove: removeInBackground } : {}),
    ...(port.touch === touch ? { touch: touchInBackground } : {}),
    ...(port.createDirectory === createDirectory ? { createDirectory: createDirectoryInBackground } : {}),
    inBackground() {
      return this;
    },
  });
  backgrounds.set(port, background);
  return background;
}

/** A copy that has what the port itself has inherited, too. */
function inheriting(port: FileSystem, changes: FileSystem): FileSystem {
  return Object.setPrototypeOf(changes, port);
}

function remove(path: string): void {
  fs.unlinkSync(path);
}

function touch(path: string, modified_ms: number): void {
  fs.lutimesSync(path, modified_ms / 1000, modified_ms / 1000);
}

/**
 * Through the thread pool, as the one call on names that may always take long: ext4 frees the blocks of a directory when it is removed,
 * not when it becomes empty. One that had held 100,000 files took 70 ms of a processor, and 307 ms on a busy machine (Linux 6.18).
 */
function removeDirectory(path: string): Promise<void> {
  return inThreadPool((done) => fs.rmdir(path, done));
}

// Without O_NONBLOCK, opening a pipe would wait for a writer. Windows has neither flag.
const readFlags = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0);

function read(path: string, maxBytes: number): Awaitable<Uint8Array> {
  if (onWindows && !fs.lstatSync(path).isFile())
    throw systemError('EINVAL', 'not a regular file', 'open', path);
  let opened: Awaitable<number>;
  try {
    opened = open(path, readFlags, 0);
  } catch (error) {
    throw asNoFile(error, path);
  }
  if (!(opened instanceof Promise)) return readDescriptor(opened, path, maxBytes);
  return opened.then(
    (descriptor) => readDescriptor(descriptor, path, maxBytes),
    (error: unknown) => {
      throw asNoFile(error, path);
    },
  );
}

/** A link met O_NOFOLLOW (ELOOP; EMLINK on FreeBSD), or it is a socket (ENXIO; EOPNOTSUPP on macOS): open(2). */
function asNoFile(error: unknown, path: string): unknown {
  const isNoFile = ['ELOOP', 'EMLINK', 'ENXIO', 'EOPNOTSUPP'].includes(systemErrorCode(error) ?? '');
  return isNoFile ? systemError('EINVAL', 'not a regular file', 'open', path) : error;
}

function readDescriptor(descriptor: number, path: string, maxBytes: number): Uint8Array {
  try {
    const stats = fs.fstatSync(descriptor);
    if (!stats.isFile()) throw systemError('EINVAL', 'not a regular file', 'read', path);
    if (stats.size > maxBytes) throw tooLarge(path, maxBytes);
    // The size is only a hint: the file may grow while it is read, and some file systems report 0.
    let buffer = Buffer.allocUnsafe(Math.max(stats.size + 1, 512));
    let length = 0;
    for (;;) {
      if (length === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
      const taken = fs.readSync(descriptor, buffer, length, buffer.length - length, null);
      length += taken;
      if (length > maxBytes) throw tooLarge(path, maxBytes);
      // Where there was room for more and the size is what it was said to be, the next read would only say that this is the end.
      if (taken === 0 || (length === stats.size && length < buffer.length)) return buffer.subarray(0, length);
    }
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Through a descriptor: chmod(2) would follow a link that was put into the place of the file meanwhile. */
function changeMode(descriptor: number, mode: number): void {
  try {
    fs.fchmodSync(descriptor, mode);
  } finally {
    fs.closeSync(descriptor);
  }
}

function watch(path: string, changed: (name?: string) => void, failed: (error: Error) => void): StopWatching {
  const watcher = fs.watch(path, { persistent: false }, (_, name) => changed(name ?? undefined));
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
