import { formatReason, parseReady } from './names.ts';
import { newNonce, nonceOfOperation } from './nonce.ts';
import { pathOf } from './entry.ts';
import { BRIEFLY_MS, removeIfPresent, type Disk } from './disk.ts';
import { FileJournal } from './journal.ts';
import type { Entry } from '../stored-message.ts';

/*
 * How a message that nobody holds leaves the queue without having been handled. Each way is one step on its exact name, so
 * whoever claims or replays it at the same moment either wins or finds it gone.
 */

/** Another was published in its place: the message and then its reason go to its journal. False when it is gone already. */
export async function supersede(disk: Disk, entry: Entry, operation?: string): Promise<boolean> {
  const path = pathOf(disk, entry);
  const fileName = fileNameOf(entry);
  const name = parseReady(fileName);
  if (entry.state !== 'dead' || name === null) return false;
  const nonce = operation === undefined ? newNonce() : nonceOfOperation(operation, fileName);
  const journal = FileJournal.bySegment(disk, entry.box, name.id);
  if (!(await journal.keepMessage(path, nonce))) return false;
  await journal.keepReason(formatReason(path), nonce);
  return true;
}

/** Removed for good, the message first: a reason that is left over has no message, and retention removes it. */
export async function discard(disk: Disk, entry: Entry): Promise<boolean> {
  if (entry.state !== 'dead' && entry.state !== 'ready') return false;
  const path = pathOf(disk, entry);
  const briefly = { busy_ms: BRIEFLY_MS }; // It may be one of thousands.
  if (!(await removeIfPresent(disk, path, briefly))) return false;
  if (entry.state === 'dead') await removeIfPresent(disk, formatReason(path), briefly);
  return true;
}

function fileNameOf({ entryId }: Entry): string {
  return entryId.slice(entryId.lastIndexOf('/') + 1);
}
