import { sep } from 'node:path';
import type { Awaitable } from '@tapps-agents/fs-atomic';
import type { Admission } from '../claim.ts';
import type { Box, Identity } from '../stored-message.ts';
import { exists, namesIn, statusOf, type Disk } from './disk.ts';
import { claimOf, type Lease } from './lease.ts';
import { formatLedger, parseLeased } from './names.ts';
import { STAMP_CHARACTERS } from './stamp.ts';
import { encodeSegment } from './segment.ts';

/**
 * Decides whether a leased message may be handled. First the leases, then the ledger, in this order:
 *
 * Of two copies that are claimed, the later claimer lists the leases after both were claimed, and a lease's name
 * stands still, so it sees the earlier lease and hands its own copy back. If it does not see it, the earlier one
 * was finished before the listing ended, and then the ledger, looked at afterwards, has the id. (The ledger
 * first would leave a gap: not there yet; then finished; then no longer leased.) So never do both go on. Both
 * may hand back; they come again at different, random times.
 *
 * Of its own claims a process knows which came first. So the earlier need not hand back for the later one, which sees it.
 */
export function admit(disk: Disk, lease: Lease, identity: Identity): Awaitable<Admission> {
  const { id, type } = lease.name;
  if (
    encodeSegment(identity.messageId, 'message') !== id ||
    encodeSegment(identity.messageType, 'type') !== type
  )
    return 'misnamed';
  const listed = lease.beside?.asOf(lease) ?? namesIn(disk, disk.layout.leases(lease.entry.box));
  return listed instanceof Promise
    ? listed.then((leases) => admitBeside(disk, lease, identity, leases))
    : admitBeside(disk, lease, identity, listed);
}

function admitBeside(
  disk: Disk,
  lease: Lease,
  identity: Identity,
  leases: readonly string[],
): Awaitable<Admission> {
  const isCopy = (fileName: string): boolean =>
    isLeaseOf(lease.name.id, fileName) && !lease.path.endsWith(fileName) && !isLater(disk, lease, fileName);
  if (leases.some(isCopy)) return admitBesideCopies(disk, lease, identity, leases.filter(isCopy));
  const recorded = recordedPath(disk, lease.entry.box, identity, lease.name.run);
  return recorded instanceof Promise ? recorded.then(admissionOf) : admissionOf(recorded);
}

async function admitBesideCopies(
  disk: Disk,
  lease: Lease,
  identity: Identity,
  copies: readonly string[],
): Promise<Admission> {
  const { box } = lease.entry;
  for (const fileName of copies)
    if (parseLeased(fileName) !== null && (await isFile(disk, disk.layout.leases(box) + sep + fileName)))
      return 'contended';
  return admissionOf(await recordedPath(disk, box, identity, lease.name.run));
}

/** Whether this process claimed that lease, or is about to, after this one. */
function isLater(disk: Disk, lease: Lease, fileName: string): boolean {
  const claim = claimOf(lease.session, disk.layout.leases(lease.entry.box) + sep + fileName);
  return claim !== undefined && claim > lease.claim;
}

async function isFile(disk: Disk, path: string): Promise<boolean> {
  return (await statusOf(disk, path))?.kind === 'file';
}

function admissionOf(recorded: string | null): Admission {
  return recorded === null ? 'admitted' : 'duplicate';
}

/** Whether a file of this name, if it is a lease at all, is one on a message of this (encoded) id: told by where the id stands. */
function isLeaseOf(id: string, fileName: string): boolean {
  const end = STAMP_CHARACTERS + 1 + id.length;
  return fileName[end] === '_' && fileName.startsWith(id, STAMP_CHARACTERS + 1);
}

/**
 * Where the ledger has a message: as finished in this run, or, in the first, as one that an earlier writer had finished, of
 * which only the id is known. Null where it has not.
 */
export function recordedPath(
  disk: Disk,
  box: Box,
  identity: Pick<Identity, 'messageId' | 'workflowId' | 'taskId'>,
  run: number,
): Awaitable<string | null> {
  const whereOurs = (): Awaitable<string | null> => whereThere(disk, ledgerPath(disk, box, identity, run));
  if (run !== 0) return whereOurs();
  // Where consumers write comes last: one that finishes while this looks elsewhere must still be seen.
  const byId = whereThere(disk, ledgerPathById(disk, box, identity.messageId));
  if (byId instanceof Promise) return byId.then((path) => path ?? whereOurs());
  return byId ?? whereOurs();
}

/** The path, if there is anything at it. */
function whereThere(disk: Disk, path: string): Awaitable<string | null> {
  const found = exists(disk, path);
  if (found instanceof Promise) return found.then((isThere) => (isThere ? path : null));
  return found ? path : null;
}

/** Where an earlier writer's record of a finished message lies, of which only the id is known. */
export function ledgerPathById(disk: Disk, box: Box, messageId: string): string {
  return disk.layout.processedById(box) + sep + formatLedger(encodeSegment(messageId, 'message'), 0);
}

/** Where a finished message of this identity lies; the ledger is nothing but these files. */
export function ledgerPath(
  disk: Disk,
  box: Box,
  identity: Pick<Identity, 'messageId' | 'workflowId' | 'taskId'>,
  run: number,
): string {
  const directory = disk.layout.processedTask(box, identity.workflowId, identity.taskId);
  return directory + sep + formatLedger(encodeSegment(identity.messageId, 'message'), run);
}
