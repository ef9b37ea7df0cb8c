// oxlint-disable-next-line no-restricted-imports -- one of the files that touch the disk
import fs from 'node:fs';
import type { FileStatus } from './file-system.ts';
import { entryKind } from './node-listing.ts';
import { absence } from './system-error.ts';

const onWindows = process.platform === 'win32';
const present = { throwIfNoEntry: false } as const;

export function status(path: string): FileStatus {
  const found = find(path);
  if (found === null) throw absence(path);
  return found;
}

/** That there is nothing is an answer, and most of these calls get it: as an error of the system it costs ten times as much. */
export function find(path: string): FileStatus | null {
  const stats = fs.lstatSync(path, present);
  return stats === undefined ? null : new Found(path, stats);
}

/** A class, as an object with a getter of its own takes as long to make as the call itself. */
class Found implements FileStatus {
  readonly kind: FileStatus['kind'];
  readonly size: number;
  readonly modified_ms: number;
  readonly changed_ms: number;
  readonly mode: number;
  readonly #path: string;
  readonly #stats: fs.Stats;

  constructor(path: string, stats: fs.Stats) {
    this.kind = entryKind(stats);
    this.size = stats.size;
    this.modified_ms = stats.mtimeMs;
    this.changed_ms = stats.ctimeMs;
    this.mode = stats.mode & 0o7777;
    this.#path = path;
    this.#stats = stats;
  }

  get identity(): string | undefined {
    return onWindows ? windowsIdentity(this.#path) : posixIdentity(this.#stats);
  }
}

/**
 * The number of an inode comes again, its birth does not. Some have none (ext4 with inodes of 128 bytes, ext3, drivers of
 * FUSE), which libuv gives as 0.
 */
function posixIdentity(stats: fs.Stats): string | undefined {
  return stats.birthtimeMs > 0 ? `${stats.dev}:${stats.ino}:${stats.birthtimeMs}` : undefined;
}

/**
 * The file's 64-bit id, which on NTFS counts how often its record was used again (learn.microsoft.com, "Master File Table", file
 * reference numbers), and which is more than a double holds: so it is asked for once more. Wine moves the time of birth.
 */
function windowsIdentity(path: string): string | undefined {
  const stats = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`;
}
