import { join } from 'node:path';
import type { RetentionPolicy } from '../../store.ts';
import type { BoxKind } from '../../stored-message.ts';
import { directoryNames } from '../disk.ts';
import type { Removal } from './removal.ts';

/** Removes the ledger entries of all boxes that the policy no longer keeps. */
export async function retainLedger(removal: Removal, kind: BoxKind, policy: RetentionPolicy): Promise<void> {
  const parent = removal.disk.layout.processedBoxes(kind);
  for (const segment of await directoryNames(removal.disk, parent))
    await retainBox(removal, join(parent, segment), policy);
}

/** Ledger entries by age, then, if there are still too many, the oldest of the rest. */
async function retainBox(removal: Removal, box: string, policy: RetentionPolicy): Promise<void> {
  const { processedMaxAge_ms: maxAge_ms, processedMaxCount: maxCount } = policy;
  const oldest_ms = maxAge_ms === null ? Number.NEGATIVE_INFINITY : removal.now_ms - maxAge_ms;
  const kept: number[] = [];
  await walkLedger(removal, box, (modified_ms) => {
    if (modified_ms < oldest_ms) return true;
    kept.push(modified_ms);
    return false;
  });
  if (maxCount === null || kept.length <= maxCount) return;
  const surplus = kept.length - maxCount;
  const threshold_ms = Float64Array.from(kept).sort()[surplus - 1] ?? 0;
  let left = surplus;
  await walkLedger(removal, box, (modified_ms) => {
    if (modified_ms < oldest_ms || modified_ms > threshold_ms || left === 0) return false;
    left -= 1;
    return true;
  });
}

async function walkLedger(
  removal: Removal,
  box: string,
  isSurplus: (modified_ms: number) => boolean,
): Promise<void> {
  for (const workflow of await directoryNames(removal.disk, box)) {
    const workflowPath = join(box, workflow);
    let emptied = false;
    for (const task of await directoryNames(removal.disk, workflowPath)) {
      const removed = await removal.removeFiles(join(workflowPath, task), 'processed', isSurplus);
      if (removed > 0) emptied = (await removal.removeDirectory(join(workflowPath, task))) || emptied;
    }
    // A directory that was empty before may be one that somebody is just about to use.
    if (emptied) await removal.removeDirectory(workflowPath);
  }
}
