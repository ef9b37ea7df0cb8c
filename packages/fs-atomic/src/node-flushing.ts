// oxlint-disable-next-line no-restricted-imports -- one of the files that touch the disk
import fs from 'node:fs';
import { retryWhileBusy } from './busy.ts';
import type { Clock } from './clock.ts';
import { systemErrorCode } from './errors.ts';
import { open } from './graceful.ts';
import { systemClock } from './system-clock.ts';

/** What the last file was on that was flushed: it is likely to be the same for the next. */
let wasInMemory = false;

/** Flushes a file's content; false where nothing outlives the computer's power: a file system in memory. */
export function flushFile(descriptor: number, path: string): Promise<boolean | void> | false {
  if (wasInMemory && isInMemory(path)) return false;
  const flushing = flush(descriptor);
  // Asked while the disk is at work: nobody waits for the answer.
  wasInMemory = isInMemory(path);
  return wasInMemory ? flushing.then(() => false) : flushing;
}

const noSuchOperation = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EBADF']);

/** A directory is flushed through a descriptor that reads it: fsync(2), "Calling fsync() does not ...". */
export async function syncPosixDirectory(path: string): Promise<boolean> {
  const descriptor = await open(path, fs.constants.O_RDONLY | (fs.constants.O_DIRECTORY ?? 0), 0);
  return flushDirectory(descriptor, noSuchOperation);
}

const noSuchOperationOnWindows = new Set([...noSuchOperation, 'EPERM', 'EACCES', 'EISDIR']);

/**
 * FlushFileBuffers wants a handle with write access, which local disks give for a directory and SMB does not. Who puts a directory
 * in this one's place shares it with nobody for a moment (EBUSY); the opening is then tried again, a flush never is.
 */
export async function syncWindowsDirectory(path: string, clock: Clock = systemClock): Promise<boolean> {
  const busy = { clock, platform: 'win32', busy_ms: 5_000 } as const;
  const descriptor = await retryWhileBusy(() => openForFlushing(path), busy);
  return descriptor === null ? false : flushDirectory(descriptor, noSuchOperationOnWindows);
}

/** Null where that is no operation here. */
async function openForFlushing(path: string): Promise<number | null> {
  try {
    return await open(path, 'r+', 0);
  } catch (error) {
    if (noSuchOperationOnWindows.has(systemErrorCode(error) ?? '')) return null;
    throw error;
  }
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
