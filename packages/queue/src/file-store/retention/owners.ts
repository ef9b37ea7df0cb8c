import { join } from 'node:path';
import { isBusy, type OwnerObserver } from '@tapps-agents/fs-atomic';
import type { RetentionPolicy } from '../../retention-report.ts';
import { parseOwnerFile } from '../names.ts';
import type { Removal } from './removal.ts';

const ENDED_MAX_AGE_MS = 24 * 3_600_000;

/** Sessions of processes that are gone are ended; whoever uses the box returns what they held. */
export async function retainOwners(
  removal: Removal,
  policy: RetentionPolicy,
  observer: OwnerObserver,
): Promise<void> {
  const { layout } = removal.disk;
  const names = (await removal.attempt(() => removal.fileNames(layout.owners))) ?? new Set<string>();
  for (const name of names) {
    if (name.endsWith('.alive') && !names.has(name.replace('.alive', '.json'))) {
      await removal.attempt(() => removeAbandoned(removal, policy, join(layout.owners, name)));
    }
    const owner = parseOwnerFile(name);
    if (owner === null) continue;
    await removal.attempt(() => endIfGone(removal, observer, owner));
  }
  const isOld = (modified_ms: number): boolean => removal.now_ms - modified_ms > ENDED_MAX_AGE_MS;
  await removal.attempt(() => removal.removeFiles(layout.endedOwners, 'owners', 'owners', isOld));
}

async function endIfGone(removal: Removal, observer: OwnerObserver, owner: string): Promise<void> {
  const state = await observer.observe(owner);
  if (state !== 'dead' && state !== 'expired') return;
  if (removal.dryRun || (await observer.end(owner))) removal.totals.owners += 1;
}

/** Windows: what a process held open that died before it had its record, or whose record a power loss took. */
async function removeAbandoned(removal: Removal, policy: RetentionPolicy, path: string): Promise<void> {
  if ((await removal.age(path)) <= policy.temporaryMaxAge_ms) return;
  try {
    await removal.remove(path, 'owners', null);
  } catch (error) {
    if (!isBusy(error)) throw error; // It lives.
  }
}
