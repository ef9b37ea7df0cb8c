// oxlint-disable-next-line no-restricted-imports -- one of the files that touch the disk
import fs from 'node:fs';
import { inThreadPool } from './thread-pool.ts';

/**
 * By node's thread pool, which takes 20 us of a processor more than the call itself, as some removals wait for the journal: of 60,000 in a row on a busy ext4, made by the main thread, one took 20 to 90 ms (Linux 6.18).
 * Where the journal is what all wait for, this costs no time.
 */
export function removeInBackground(path: string): Promise<void> {
  return inThreadPool((done) => fs.unlink(path, done));
}

/** Sessions' heartbeats: in three removals of a million files on ext4 eight of them took the main thread 49 to 290 ms (Linux 6.18). */
export function touchInBackground(path: string, modified_ms: number): Promise<void> {
  const time_s = modified_ms / 1000;
  return inThreadPool((done) => fs.lutimes(path, time_s, time_s, done));
}
