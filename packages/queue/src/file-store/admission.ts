import { sep } from 'node:path';
import type { Awaitable } from '@tapps-agents/fs-atomic';
import type { Admission } from '../claim.ts';
import type { Box, Identity } from '../stored-message.ts';
import { exists, namesIn, statusOf, within, type Disk } from './disk.ts';
import { claimOf, type Lease, type LedgerRecord } from './lease.ts';
import { formatLedger, parseLeased } from './names.ts';
import { STAMP_CHARACTERS } from './stamp.ts';
import { encodeSegment, isNamedAfter } from './segment.ts';

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
  if (!isNamedAfter(id, identity.messageId) || encodeSegment(identity.messageType, 'type') !== type)
    return 'misnamed';
  const leases = disk.layout.leases(lease.entry.box);
  const listed = lease.beside?.asOf(lease) ?? namesIn(within(disk, leases), leases);
  return listed instanceof Promise
    ? listed.then((names) => admitBeside(disk, lease, identity, names))
    : admitBeside(disk, lease, identity, listed);
}

function admitBeside(
  disk: Disk,
  lease: Lease,
  identity: Identity,
  leases: readonly string[],
): Awaitable<Admission> {
  const isOne = leasesOf(lease.name.id);
  const isCopy = (fileName: string): boolean =>
    isOne(fileName) && !lease.path.endsWith(fileName) && !isLater(disk, lease, fileName);
  if (leases.some(isCopy)) return admitBesideCopies(disk, lease, identity, leases.filter(isCopy));
  const recorded = recordOf(disk, lease, identity);
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
  return admissionOf(await recordOf(disk, lease, identity));
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

/**
 * Tells of a name, if it is that of a lease at all, whether it is one on a message of this (encoded) id, by where the id stands. Ids of one
 * moment begin alike, so their ends are looked at first.
 */
function leasesOf(id: string): (fileName: string) => boolean {
  const begin = STAMP_CHARACTERS + 1;
  const end = begin + id.length;
  const last = id.charCodeAt(id.length - 1);
  return (fileName) =>
    fileName.charCodeAt(end - 1) === last && fileName[end] === '_' && fileName.startsWith(id, begin);
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
  const id = encodeSegment(identity.messageId, 'message');
  const directory = disk.layout.processedTask(box, identity.workflowId, identity.taskId);
  return recordAt(disk, box, { id, run, directory, path: ledgerFile(directory, id, run) });
}

/** The same for a lease whose name is that of this identity; who finishes it need not make the path again. */
function recordOf(disk: Disk, lease: Lease, identity: Identity): Awaitable<string | null> {
  const { id, run } = lease.name;
  const record = recordOfLease(disk, lease, identity);
  lease.record = record;
  return recordAt(disk, lease.entry.box, { id, run, ...record });
}

function recordAt(
  disk: Disk,
  box: Box,
  of: { readonly id: string; readonly run: number; readonly directory: string; readonly path: string },
): Awaitable<string | null> {
  const whereOurs = (): Awaitable<string | null> => whereThere(disk, of.directory, of.path);
  if (of.run !== 0) return whereOurs();
  // Where consumers write comes last: one that finishes while this looks elsewhere must still be seen.
  const directory = disk.layout.processedById(box);
  const earlier = whereThere(disk, directory, ledgerFile(directory, of.id, 0));
  if (earlier instanceof Promise) return earlier.then((path) => path ?? whereOurs());
  return earlier ?? whereOurs();
}

/** The path, if there is anything at it. */
function whereThere(disk: Disk, directory: string, path: string): Awaitable<string | null> {
  const found = exists(within(disk, directory), path);
  if (found instanceof Promise) return found.then((isThere) => (isThere ? path : null));
  return found ? path : null;
}

/** Where an earlier writer's record of a finished message lies, of which only the id is known. */
export function ledgerPathById(disk: Disk, box: Box, messageId: string): string {
  return ledgerFile(disk.layout.processedById(box), encodeSegment(messageId, 'message'), 0);
}

/** Where the lease's message lies once it is finished: what its admission found out, where that was asked for this identity. */
export function recordOfLease(disk: Disk, lease: Lease, identity: Identity): LedgerRecord {
  if (lease.record?.identity === identity) return lease.record;
  const directory = disk.layout.processedTask(lease.entry.box, identity.workflowId, identity.taskId);
  const id = encodeSegment(identity.messageId, 'message');
  return { identity, directory, path: ledgerFile(directory, id, lease.name.run) };
}

/** Where a finished message of this identity lies; the ledger is nothing but these files. */
export function ledgerPath(
  disk: Disk,
  box: Box,
  identity: Pick<Identity, 'messageId' | 'workflowId' | 'taskId'>,
  run: number,
): string {
  const directory = disk.layout.processedTask(box, identity.workflowId, identity.taskId);
  return ledgerFile(directory, encodeSegment(identity.messageId, 'message'), run);
}

function ledgerFile(directory: string, id: string, run: number): string {
  return directory + sep + formatLedger(id, run);
}
