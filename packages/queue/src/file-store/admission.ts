import { join } from 'node:path';
import type { Admission } from '../store.ts';
import type { Box, Identity } from '../stored-message.ts';
import { exists, listDirectory, type Disk } from './disk.ts';
import type { Lease } from './lease.ts';
import { formatLedger, parseLeased } from './names.ts';
import { nameParts } from './publishing.ts';
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
  const parts = nameParts(identity);
  if (parts.id !== lease.name.id || parts.type !== lease.name.type) return 'misnamed';
  const { box } = lease.entry;
  for await (const batch of listDirectory(disk, disk.layout.leases(box), 'empty')) {
    for (const entry of batch) {
      if (entry.kind !== 'file' || lease.path.endsWith(entry.name)) continue;
      if (parseLeased(entry.name)?.name.id === parts.id) return 'contended';
    }
  }
  return (await recordedPath(disk, box, identity, lease.name.run)) === null ? 'admitted' : 'duplicate';
}

/**
 * Where the ledger has a message: as finished in this run, or, in the first, as one that an earlier writer had finished, of
 * which only the id is known. Null where it has not.
 */
export async function recordedPath(
  disk: Disk,
  box: Box,
  identity: Pick<Identity, 'messageId' | 'workflowId' | 'taskId'>,
  run: number,
): Promise<string | null> {
  // Where consumers write comes last: one that finishes while this looks elsewhere must still be seen.
  if (run === 0) {
    const byId = ledgerPathById(disk, box, identity.messageId);
    if (await exists(disk, byId)) return byId;
  }
  const path = ledgerPath(disk, box, identity, run);
  return (await exists(disk, path)) ? path : null;
}

/** Where an earlier writer's record of a finished message lies, of which only the id is known. */
export function ledgerPathById(disk: Disk, box: Box, messageId: string): string {
  return join(disk.layout.processedById(box), formatLedger(encodeSegment(messageId, 'message'), 0));
}

/** Where a finished message of this identity lies; the ledger is nothing but these files. */
export function ledgerPath(
  disk: Disk,
  box: Box,
  identity: Pick<Identity, 'messageId' | 'workflowId' | 'taskId'>,
  run: number,
): string {
  const directory = disk.layout.processedTask(box, identity.workflowId, identity.taskId);
  return join(directory, formatLedger(encodeSegment(identity.messageId, 'message'), run));
}
