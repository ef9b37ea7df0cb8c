import { join } from 'node:path';
import type { RetentionPolicy } from '../../retention-report.ts';
import type { BoxKind } from '../../stored-message.ts';
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
  for (const segment of await removal.directoryNames(parent)) {
    const directory = join(parent, segment);
    let pending: ReadonlySet<string> | null | undefined;
    await removal.attempt(async () => {
      for await (const id of removal.directories(directory)) {
        const path = join(directory, id);
        if (((await removal.attempt(() => removal.age(path))) ?? 0) <= maxAge_ms) continue;
        pending ??= await removal.attempt(() => pendingIds(removal, kind, segment));
        // As long as nobody can tell whose messages are still there, every memory is kept.
        if (pending === null) break;
        if (!pending.has(id)) await removal.attempt(() => removeJournal(removal, path, maxAge_ms));
      }
    });
  }
}

async function removeJournal(removal: Removal, path: string, maxAge_ms: number): Promise<void> {
  // Looked at again: the listings take time, and a message that came back since then writes here.
  if ((await removal.age(path)) <= maxAge_ms) return;
  const { found, removed } = await removal.removeFiles(path, 'journals', null, () => true);
  await removal.removeDirectory(path);
  if (removed === found) removal.totals.journals += 1;
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
