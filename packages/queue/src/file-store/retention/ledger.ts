import { join } from 'node:path';
import type { RetentionPolicy } from '../../retention-report.ts';
import type { BoxKind } from '../../stored-message.ts';
import { nthLeast } from './nth-least.ts';
import { NumberList } from './number-list.ts';
import type { Removal } from './removal.ts';

/** Removes the ledger entries of all boxes that the policy no longer keeps. */
export async function retainLedger(removal: Removal, kind: BoxKind, policy: RetentionPolicy): Promise<void> {
  const parent = removal.disk.layout.processedBoxes(kind);
  for (const segment of await removal.directoryNames(parent))
    await removal.attempt(() => retainBox(removal, join(parent, segment), policy));
}

/** Ledger entries by age, then, if there are still too many, the oldest of the rest. */
async function retainBox(removal: Removal, box: string, policy: RetentionPolicy): Promise<void> {
  const { processedMaxAge_ms: maxAge_ms, processedMaxCount: maxCount } = policy;
  const oldest_ms = maxAge_ms === null ? Number.NEGATIVE_INFINITY : removal.now_ms - maxAge_ms;
  const kept = new NumberList();
  await walkLedger(removal, box, policy, (modified_ms) => {
    if (modified_ms < oldest_ms) return true;
    if (maxCount !== null) kept.push(modified_ms);
    return false;
  });
  if (maxCount === null || kept.length <= maxCount) return;
  const surplus = kept.length - maxCount;
  const threshold_ms = await nthLeast(kept, surplus - 1, () => removal.breathe());
  let left = surplus;
  await walkLedger(removal, box, policy, (modified_ms) => {
    if (modified_ms < oldest_ms || modified_ms > threshold_ms || left === 0) return false;
    left -= 1;
    return true;
  });
}

async function walkLedger(
  removal: Removal,
  box: string,
  policy: RetentionPolicy,
  isSurplus: (modified_ms: number) => boolean,
): Promise<void> {
  await removal.attempt(async () => {
    for await (const workflow of removal.directories(box))
      await removal.attempt(() => walkWorkflow(removal, join(box, workflow), policy, isSurplus));
  });
}

async function walkWorkflow(
  removal: Removal,
  workflow: string,
  policy: RetentionPolicy,
  isSurplus: (modified_ms: number) => boolean,
): Promise<void> {
  let [found, emptied] = [false, false];
  for await (const task of removal.directories(workflow)) {
    found = true;
    const gone = await removal.attempt(() => walkTask(removal, join(workflow, task), policy, isSurplus));
    emptied = gone === true || emptied;
  }
  if (emptied || (!found && (await isLeftBehind(removal, workflow, policy))))
    await removal.removeDirectory(workflow);
}

/** Whether the directory went too. */
async function walkTask(
  removal: Removal,
  path: string,
  policy: RetentionPolicy,
  isSurplus: (modified_ms: number) => boolean,
): Promise<boolean> {
  const { found, removed } = await removal.removeFiles(path, 'processed', 'processed', isSurplus);
  if (removed === 0 && !(found === 0 && (await isLeftBehind(removal, path, policy)))) return false;
  return await removal.removeDirectory(path);
}

/**
 * Whether a directory that is empty was left so by a run that was killed. One that is new may be one that somebody is just
 * about to use.
 */
async function isLeftBehind(removal: Removal, path: string, policy: RetentionPolicy): Promise<boolean> {
  return (await removal.age(path)) > policy.temporaryMaxAge_ms;
}
