import { join } from 'node:path';
import type { RetentionPolicy } from '../../retention-report.ts';
import type { BoxKind } from '../../stored-message.ts';
import { directoryNames } from '../disk.ts';
import { parseLeased, parseReady } from '../names.ts';
import type { Removal } from './removal.ts';

/** The memory of messages that are in no box any more, as old as the ledger gets. */
export async function retainJournals(
  removal: Removal,
  kind: BoxKind,
  policy: RetentionPolicy,
): Promise<void> {
  const maxAge_ms = policy.processedMaxAge_ms;
  if (maxAge_ms === null) return;
  const parent = join(removal.disk.layout.journals(), kind);
  for (const segment of await directoryNames(removal.disk, parent)) {
    const directory = join(parent, segment);
    let pending: Set<string> | undefined;
    for (const id of await directoryNames(removal.disk, directory)) {
      if ((await removal.age(join(directory, id))) <= maxAge_ms) continue;
      pending ??= await pendingIds(removal, kind, segment);
      // Looked at again: the listings take time, and a message that came back since then writes here.
      if (pending.has(id) || (await removal.age(join(directory, id))) <= maxAge_ms) continue;
      await removal.removeFiles(join(directory, id), 'journals', null, () => true);
      await removal.removeDirectory(join(directory, id));
      removal.totals.journals += 1;
    }
  }
}

/**
 * The ids of all messages that are ready, leased or dead. Messages go back and forth meanwhile, and one that is put back after
 * its box was listed and before the leases were, would be in neither listing: so both are listed once more.
 */
async function pendingIds(removal: Removal, kind: BoxKind, segment: string): Promise<Set<string>> {
  const { layout } = removal.disk;
  const ids = new Set<string>();
  const [boxes, leases, dead] = [layout.boxes(kind), layout.leaseBoxes(kind), layout.deadBoxes(kind)];
  for (const parent of [boxes, leases, dead, boxes, leases]) {
    for (const name of await removal.fileNames(join(parent, segment))) {
      const id = parseReady(name)?.id ?? parseLeased(name)?.name.id;
      if (id !== undefined) ids.add(id);
    }
  }
  return ids;
}
