import { join } from 'node:path';
import { serializeDeadLetterReason, type DeadLetterReason } from '@tapps-agents/contracts';
import {
  FsAtomicError,
  moveAtOnce,
  moveFile,
  publishFile,
  replaceFile,
  systemErrorCode,
  systemFailure,
  type Awaitable,
  type Durability,
} from '@tapps-agents/fs-atomic';
import type { Release } from '../claim.ts';
import type { Identity } from '../stored-message.ts';
import { recordOfLease } from './admission.ts';
import { entryIdOf, exists, movingToShared, removeIfPresent, within, writing, type Disk } from './disk.ts';
import { doubtAfterMove, settledInDoubt } from './in-doubt.ts';
import type { Lease } from './lease.ts';
import { formatDuplicate, formatReady, formatReason, MAX_COUNTER, type Name } from './names.ts';
import { newNonce } from './nonce.ts';
import { nameParts } from './publishing.ts';
import { encodeSegment } from './segment.ts';

/**
 * How a lease ends. Each way is one rename of the leased file's exact name, which no other holder's lease ever has: a
 * late owner gets ENOENT, and has touched nothing. Once that rename was made the lease has ended, whatever fails after it: that
 * is a `SettledInDoubt`.
 */

/** Throws unless the lease is still in place. */
export async function confirm(disk: Disk, lease: Lease): Promise<void> {
  await aliveOrLost(lease);
  if (!(await exists(disk, lease.path))) throw lease.lost();
}

/** Finishes the message: this one rename both takes it away and records its id. */
export async function acknowledge(
  disk: Disk,
  lease: Lease,
  identity: Identity,
  options: { readonly durability: Durability; readonly duplicate?: boolean },
): Promise<void> {
  const alive = aliveOrLost(lease);
  if (alive instanceof Promise) await alive;
  const { directory, path } = recordOfLease(disk, lease, identity);
  const to =
    options.duplicate === true
      ? join(directory, formatDuplicate(encodeSegment(identity.messageId, 'message')))
      : path;
  const near = within(disk, disk.layout.leases(lease.entry.box), directory);
  const stamping = stamp(near, lease);
  const stamped = stamping instanceof Promise ? await stamping : stamping;
  let doubt: FsAtomicError | null = null;
  try {
    // The ledger's name is not this caller's alone, so its existence proves nothing about who moved what.
    const moving = moveAtOnce(lease.path, to, movingToShared(near, options.durability));
    if (!(moving instanceof Promise ? await moving : moving)) throw lease.lost();
  } catch (error) {
    doubt = doubtAfterMove(error, to);
  }
  const ended = lease.settled();
  if (ended instanceof Promise) await ended;
  if (!stamped) await replaceByCopy(disk, to, options.durability);
  if (doubt !== null) throw settledInDoubt(disk, lease, 'finished', to, doubt);
}

/**
 * Puts the message back into its box, under a new name with its new counters. Where that fails it is held here as before: who tries no
 * more has to abandon it.
 */
export async function release(disk: Disk, lease: Lease, how: Release): Promise<void> {
  const name = releasedName(lease.name, how);
  const to = join(disk.layout.box(lease.entry.box), formatReady(name));
  const alive = aliveOrLost(lease);
  if (alive instanceof Promise) await alive;
  if (!(await moveFile(lease.path, to, writing(disk, 'none')))) throw lease.lost();
  await lease.settled();
}

/**
 * Reason first, durably; then the message, its bytes untouched. Returns the dead entry's id.
 *
 * Who was stopped for long between the two may find that retention took the reason for one that was left over; then it is
 * written again. It is looked for after the message was moved, and retention looks for the message after it put the reason
 * aside, so one of the two sees the other.
 */
export async function quarantine(disk: Disk, lease: Lease, reason: DeadLetterReason): Promise<string> {
  await confirm(disk, lease);
  const directory = disk.layout.dead(lease.entry.box);
  const fileName = formatReady({ ...lease.name, readyAt_ms: null, nonce: newNonce() });
  const path = join(directory, fileName);
  const reasonPath = join(directory, formatReason(fileName));
  const text = new TextEncoder().encode(serializeDeadLetterReason(reason));
  await publishFile(reasonPath, text, writing(disk, 'full'));
  let doubt: FsAtomicError | null = null;
  try {
    if (!(await moveFile(lease.path, path, writing(disk, 'full')))) {
      await removeIfPresent(disk, reasonPath);
      throw lease.lost();
    }
  } catch (error) {
    doubt = doubtAfterMove(error, path);
  }
  await lease.settled();
  try {
    // Where both are gone, somebody has replayed or removed the dead letter already.
    if (!(await exists(disk, reasonPath)) && (await exists(disk, path)))
      await publishFile(reasonPath, text, writing(disk, 'full'));
  } catch (error) {
    if (!(error instanceof FsAtomicError)) throw error;
    doubt ??= error;
  }
  if (doubt !== null) throw settledInDoubt(disk, lease, 'quarantined', path, doubt);
  return entryIdOf(disk.layout, path);
}

function releasedName(name: Name, how: Release): Name {
  return {
    ...name,
    ...(how.identity === undefined ? {} : nameParts(how.identity)),
    deliveries: how.counts === 'undelivered' ? name.deliveries - 1 : name.deliveries,
    failures: Math.min(name.failures + (how.counts === 'failure' ? 1 : 0), MAX_COUNTER),
    releases: Math.min(name.releases + (how.counts === 'release' ? 1 : 0), MAX_COUNTER),
    readyAt_ms: how.readyAt_ms === null ? null : Math.ceil(how.readyAt_ms),
    nonce: newNonce(),
  };
}

/**
 * Retention counts from the time of processing, so the file gets that as its time; nothing else depends on it. False where
 * it may not: only a file's owner may set its times (utimensat(2), EPERM and EACCES), and others may write messages.
 */
function stamp(disk: Disk, lease: Lease): Awaitable<boolean> {
  try {
    const touched = disk.fileSystem.touch(lease.path, disk.clock.now());
    if (!(touched instanceof Promise)) return true;
    return touched.then(
      () => true,
      (error: unknown) => unstamped(lease, error),
    );
  } catch (error) {
    return unstamped(lease, error);
  }
}

function unstamped(lease: Lease, error: unknown): false {
  const code = systemErrorCode(error);
  if (code === 'ENOENT') throw lease.lost(error);
  if (code === 'EPERM' || code === 'EACCES') return false;
  throw systemFailure(error, { attempted: 'finish', path: lease.path });
}

/**
 * Puts a copy of our own, with the time of now, in the place of a processed message that could not be stamped. Only then:
 * before, the lease might be lost, and a copy in its place would bring the message back. If we die before it, or it fails, the
 * message is processed all the same; retention then counts from when its file was written.
 */
async function replaceByCopy(disk: Disk, path: string, durability: Durability): Promise<void> {
  try {
    const bytes = await disk.fileSystem.read(path, disk.maxMessageBytes);
    // Its content may be durable already, and must not be less so.
    await replaceFile(path, bytes, writing(disk, durability === 'none' ? 'file' : durability));
    await disk.fileSystem.touch(path, disk.clock.now());
  } catch {
    // The acknowledgement stands.
  }
}

/** A process that was stopped past its lease learns it here, before it acts on anything. */
function aliveOrLost(lease: Lease): Awaitable<void> {
  const lost = (error: unknown): never => {
    throw lease.lost(error);
  };
  try {
    const alive = lease.session.ensureAlive();
    return alive instanceof Promise ? alive.catch(lost) : undefined;
  } catch (error) {
    return lost(error);
  }
}
