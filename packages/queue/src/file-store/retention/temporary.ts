import { join } from 'node:path';
import { sweepTemporary } from '@tapps-agents/fs-atomic';
import type { RetentionPolicy } from '../../retention-report.ts';
import { listDirectory, statusOf, writing } from '../disk.ts';
import type { Removal } from './removal.ts';

/** Removes what writers that died left unfinished. */
export async function retainTemporary(removal: Removal, policy: RetentionPolicy): Promise<void> {
  const { temporary } = removal.disk.layout;
  if (removal.dryRun) {
    for await (const { bytes } of abandoned(removal, policy)) {
      removal.totals.temporary += 1;
      removal.count('temporary', bytes);
    }
    return;
  }
  const seen = new Map<string, number>();
  for await (const { path, bytes } of abandoned(removal, policy)) {
    if (seen.size < MAX_SIZES) seen.set(path, bytes);
  }
  const swept = await sweepTemporary({
    ...writing(removal.disk, 'none', removal.signal),
    directory: temporary,
    olderThan_ms: policy.temporaryMaxAge_ms,
    onFailure: (error) => removal.fail(error),
  });
  removal.totals.temporary += swept.removed;
  for (const [path, bytes] of seen) {
    if ((await statusOf(removal.disk, path)) === null) removal.count('temporary', bytes);
  }
}

/** Of so many the sizes are kept in mind for the report. */
const MAX_SIZES = 100_000;

/** What a sweep would remove: files and, of mutexes that were never finished, directories, which have no size of their own. */
async function* abandoned(
  removal: Removal,
  policy: RetentionPolicy,
): AsyncGenerator<{ readonly path: string; readonly bytes: number }> {
  const { temporary } = removal.disk.layout;
  for await (const batch of listDirectory(removal.disk, temporary, 'empty')) {
    for (const { name, kind } of batch) {
      if (!name.endsWith('.tmp') || (kind !== 'file' && kind !== 'directory')) continue;
      const path = join(temporary, name);
      if ((await removal.age(path)) <= policy.temporaryMaxAge_ms) continue;
      yield { path, bytes: kind === 'file' ? await removal.size(path) : 0 };
    }
  }
}
