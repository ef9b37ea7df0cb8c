// oxlint-disable-next-line no-restricted-imports -- one of the files that touch the disk
import fs from 'node:fs';
import { inThreadPool } from './thread-pool.ts';

/** Calls through node's thread pool, which cost 20 us of a processor more than the same ones made at once, and hold up nobody. */

/**
 * Some removals wait for the journal: of 60,000 in a row on a busy ext4, made by the main thread, one took 20 to 90 ms (Linux 6.18).
 * Where the journal is what all wait for, this costs no time.
 */
export function removeInBackground(path: string): Promise<void> {
  return inThreadPool((done) => fs.unlink(path, done));
}

/** Sessions' heartbeats: on an ext4 that was removing a million files 7 of some 100 took 49 to 290 ms by the main thread (Linux 6.18). */
export function touchInBackground(path: string, modified_ms: number): Promise<void> {
  const time_s = modified_ms / 1000;
  return inThreadPool((done) => fs.lutimes(path, time_s, time_s, done));
}

/**
 * The one call on names that may always take long, so it has no other way: ext4 frees the blocks of a directory when it is removed, not
 * when it becomes empty. One that had held 100,000 files took 70 ms of a processor, and 307 ms on a busy machine (Linux 6.18).
 */
export function removeDirectory(path: string): Promise<void> {
  return inThreadPool((done) => fs.rmdir(path, done));
}
