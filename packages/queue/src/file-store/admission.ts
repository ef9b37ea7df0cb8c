import { sep } from 'node:path';
import type { Awaitable } from '@tapps-agents/fs-atomic';
import type { Admission } from '../claim.ts';
import type { Box, Identity } from '../stored-message.ts';
import { exists, namesIn, statusOf, type Disk } from './disk.ts';
import type { Lease } from './lease.ts';
import { formatLedger, parseLeased, STAMP_CHARACTERS } from './names.ts';
import { encodeSegment } from './segment.ts';

/**
 * Decides whether a leased message may be handled. First the leases, then the ledger, in this order:
 *
 * Of two copies that are claimed, the later claimer lists the leases after both were claimed, and a lease's name
 * stands still, so it sees the earlier lease and hands its own copy back. If it does not see it, the earlier one
 * was finished before the listing ended, and then the ledger, looked at afterwards, has the id. (The ledger
 * first would leave a gap: not there yet; then finished; then no longer leased.) So never do both go on. Both
 * may hand back; they come again at different, random times.
 */
export async function admit(disk: Disk, lease: Lease, identity: Identity): Promise<Admission> {
  const { id, run, type } = lease.name;
  if (
    encodeSegment(identity.messageId, 'message') !== id ||
    encodeSegment(identity.messageType, 'type') !== type
  )
    return 'misnamed';
  const { box } = lease.entry;
  const directory = disk.layout.leases(box);
  const listed = namesIn(disk, directory);
  const leases = listed instanceof Promise ? await listed : listed;
  lease.rivals?.see(leases, lease.session.owner);
  for (const fileName of leases) {
    if (!isLeaseOf(id, fileName) || lease.path.endsWith(fileName)) continue;
    if ((await statusOf(disk, directory + sep + fileName))?.kind === 'file') return 'contended';
  }
  const recorded = recordedPath(disk, box, identity, run);
  return (recorded instanceof Promise ? await recorded : recorded) === null ? 'admitted' : 'duplicate';
}

/** Whether a file of this name is a lease on a message of this (encoded) id; most are told by where the id would stand. */
function isLeaseOf(id: string, fileName: string): boolean {
  return fileName.startsWith(`_${id}_`, STAMP_CHARACTERS) && parseLeased(fileName)?.name.id === id;
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
