import { join } from 'node:path';
import { sweepTemporary } from '@tapps-agents/fs-atomic';
import type { RetentionPolicy } from '../../store.ts';
import { listDirectory, writing } from '../disk.ts';
import type { Removal } from './removal.ts';

/** Removes what writers that died left unfinished. */
export async function retainTemporary(removal: Removal, policy: RetentionPolicy): Promise<void> {
  if (removal.dryRun) {
    await countTemporary(removal, policy, removal.disk.layout.temporary);
    return;
  }
  const swept = await sweepTemporary({
    ...writing(removal.disk, 'none', removal.signal),
    directory: removal.disk.layout.temporary,
    olderThan_ms: policy.temporaryMaxAge_ms,
  });
  removal.totals.temporary += swept.removed;
}

/** What a sweep would remove: files and, of mutexes that were never finished, directories. */
async function countTemporary(removal: Removal, policy: RetentionPolicy, directory: string): Promise<void> {
  for await (const batch of listDirectory(removal.disk, directory, 'empty')) {
    for (const { name, kind } of batch) {
      if (!name.endsWith('.tmp') || (kind !== 'file' && kind !== 'directory')) continue;
      if ((await removal.age(join(directory, name))) > policy.temporaryMaxAge_ms)
        removal.totals.temporary += 1;
    }
  }
}
