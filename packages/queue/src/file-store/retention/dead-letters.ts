import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { moveFile } from '@tapps-agents/fs-atomic';
import type { RetentionPolicy } from '../../retention-report.ts';
import type { BoxKind } from '../../stored-message.ts';
import { exists, statusOf, writing } from '../disk.ts';
import { parseReason } from '../names.ts';
import type { Removal } from './removal.ts';

/** Dead letters only by an age that somebody asked for; reasons whose message was never brought, after a while. */
export async function retainDeadLetters(
  removal: Removal,
  kind: BoxKind,
  policy: RetentionPolicy,
): Promise<void> {
  const parent = removal.disk.layout.deadBoxes(kind);
  for (const segment of await removal.directoryNames(parent)) {
    const directory = join(parent, segment);
    const names = (await removal.attempt(() => removal.fileNames(directory))) ?? new Set<string>();
    for (const name of names) {
      const message = parseReason(name);
      if (message === null) continue;
      await removal.attempt(() =>
        names.has(message)
          ? removeExpired(removal, directory, name, message, policy)
          : removeOrphaned(removal, join(directory, name), join(directory, message), policy),
      );
    }
  }
}

async function removeExpired(
  removal: Removal,
  directory: string,
  name: string,
  message: string,
  { deadMaxAge_ms: maxAge_ms }: RetentionPolicy,
): Promise<void> {
  if (maxAge_ms === null || (await removal.age(join(directory, name))) <= maxAge_ms) return;
  await removal.remove(join(directory, message), 'dead', 'dead');
  await removal.remove(join(directory, name), 'dead', null);
}

/**
 * Its message may still come, from a process that was stopped between the two. So its age is that by the file system's own
 * clock; and it is put aside before it goes, and back if the message came meanwhile: whoever brings a message looks for its
 * reason afterwards, so one of the two sees the other.
 */
async function removeOrphaned(
  removal: Removal,
  path: string,
  message: string,
  { temporaryMaxAge_ms: maxAge_ms }: RetentionPolicy,
): Promise<void> {
  const { disk } = removal;
  if ((await removal.age(path)) <= maxAge_ms || (await removal.trueAge(path)) <= maxAge_ms) return;
  if (await exists(disk, message)) return;
  const size = (await statusOf(disk, path))?.size ?? 0;
  if (removal.dryRun) return removal.count('dead', size);
  const aside = join(disk.layout.temporary, `${randomUUID()}.tmp`);
  if (!(await moveFile(path, aside, writing(disk, 'none')))) return;
  if (await exists(disk, message)) await moveFile(aside, path, writing(disk, 'full'));
  else await removal.remove(aside, 'dead', null);
}
