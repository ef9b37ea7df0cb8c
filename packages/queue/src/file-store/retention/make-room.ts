import type { Mutex, MutexHold } from '@tapps-agents/fs-atomic';
import { isDiskFull } from '../../file-system-fault.ts';
import type { RetentionPolicy, RetentionReport } from '../../retention-report.ts';
import type { Disk } from '../disk.ts';
import { retainDeadLetters } from './dead-letters.ts';
import { retainLedger } from './ledger.ts';
import { noFiles, Removal, RETENTION_CLASSES } from './removal.ts';
import { retainTemporary } from './temporary.ts';

/** A mutex, or null where another process has it or there is still no room for one; and what was removed to get it. */
export interface RoomForMutex {
  readonly hold: MutexHold | null;
  readonly removed: RetentionReport | null;
}

/**
 * Takes retention's mutex. That and the session that holds it are files, for which a full disk has no room: then room is made
 * first. Throws `ERR_DISK_FULL` where there was nothing to remove.
 */
export async function acquireOrMakeRoom(
  mutex: Mutex,
  disk: Disk,
  policy: RetentionPolicy,
  signal: AbortSignal | undefined,
): Promise<RoomForMutex> {
  try {
    return { hold: await mutex.tryAcquire(), removed: null };
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    const removed = await makeRoom(disk, policy, signal);
    if (removed.processed + removed.dead + removed.temporary === 0) throw error;
    return { hold: await unlessFull(() => mutex.tryAcquire()), removed };
  }
}

/** What two runs removed together. */
export function sumOfReports(one: RetentionReport, other: RetentionReport | null): RetentionReport {
  if (other === null) return one;
  return {
    processed: one.processed + other.processed,
    dead: one.dead + other.dead,
    journals: one.journals + other.journals,
    temporary: one.temporary + other.temporary,
    owners: one.owners + other.owners,
    records: one.records + other.records,
    directories: one.directories + other.directories,
    bytes: one.bytes + other.bytes,
    failed: one.failed + other.failed,
    failures: [...one.failures, ...other.failures].slice(0, 100),
    classes: sumOfClasses(one.classes, other.classes),
  };
}

function sumOfClasses(
  one: RetentionReport['classes'],
  other: RetentionReport['classes'],
): RetentionReport['classes'] {
  const sum = noFiles();
  for (const what of RETENTION_CLASSES) {
    sum[what].files = one[what].files + other[what].files;
    sum[what].bytes = one[what].bytes + other[what].bytes;
  }
  return sum;
}

/**
 * Removes, with no mutex held, what takes most of the room: ledger entries, dead letters whose age somebody has bounded, and what
 * writers that died left behind. Two
 * processes that do it at once remove the same, as each file's time is looked at right before it goes.
 */
async function makeRoom(
  disk: Disk,
  policy: RetentionPolicy,
  signal: AbortSignal | undefined,
): Promise<RetentionReport> {
  const removal = new Removal(disk, { hold: { ensureHeld: () => Promise.resolve() }, signal });
  for (const kind of ['inbox', 'outbox'] as const) {
    await retainLedger(removal, kind, policy);
    if (policy.deadMaxAge_ms !== null) await retainDeadLetters(removal, kind, policy);
  }
  // A sweep learns the time from an empty file of its own, for which there may or may not be room.
  await unlessFull(() => retainTemporary(removal, policy));
  return removal.report();
}

/** What the work returns; null where the disk is full. */
async function unlessFull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (isDiskFull(error)) return null;
    throw error;
  }
}
