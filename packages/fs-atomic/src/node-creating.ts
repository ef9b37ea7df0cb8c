// oxlint-disable-next-line no-restricted-imports -- one of the files that touch the disk
import fs from 'node:fs';
import { systemErrorCode } from './errors.ts';
import type { Awaitable, WritableFile } from './file-system.ts';
import { open } from './graceful.ts';
import { flushFile } from './node-flushing.ts';
import { inThreadPool } from './thread-pool.ts';
import { isCutByUmask } from './umask.ts';

/** What the letters `wx` mean to node; taking them apart costs each time. */
const createFlags = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_TRUNC;

const noPermissionBits = new Set(['EPERM', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

export function create(path: string, mode: number): Awaitable<WritableFile> {
  const opened = open(path, createFlags, mode);
  return opened instanceof Promise
    ? opened.then((descriptor) => writableFile(withFileMode(descriptor, path, mode), path))
    : writableFile(withFileMode(opened, path, mode), path);
}

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

export function createDirectory(path: string, mode: number): void {
  fs.mkdirSync(path, mode);
  completeMode(path, mode);
}

/** Where the umask takes bits away that a group is to have, what gives them back does wait here. */
export async function createDirectoryInBackground(path: string, mode: number): Promise<void> {
  await inThreadPool((done) => fs.mkdir(path, mode, done));
  completeMode(path, mode);
}

/** Gives a directory that was just created what the umask took. */
function completeMode(path: string, mode: number): void {
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

/** An object with functions of its own, so that who wraps it may copy it with `...`. */
function writableFile(descriptor: number, path: string): WritableFile {
  return {
    write: (bytes, offset) => fs.writeSync(descriptor, bytes, offset),
    sync: () => flushFile(descriptor, path),
    close: () => fs.closeSync(descriptor),
  };
}
