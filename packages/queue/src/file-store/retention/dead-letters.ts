import { join } from 'node:path';
import type { RetentionPolicy } from '../../retention-report.ts';
import type { BoxKind } from '../../stored-message.ts';
import { directoryNames } from '../disk.ts';
import { parseReason } from '../names.ts';
import type { Removal } from './removal.ts';

/** Dead letters only by an age that somebody asked for; reasons whose message was never brought, after a while. */
export async function retainDeadLetters(
  removal: Removal,
  kind: BoxKind,
  policy: RetentionPolicy,
): Promise<void> {
  const parent = removal.disk.layout.deadBoxes(kind);
  for (const segment of await directoryNames(removal.disk, parent)) {
    const directory = join(parent, segment);
    const names = await removal.fileNames(directory);
    for (const name of names) {
      const message = parseReason(name);
      if (message === null) continue;
      const age_ms = await removal.age(join(directory, name));
      const orphaned = !names.has(message) && age_ms > policy.temporaryMaxAge_ms;
      const expired = policy.deadMaxAge_ms !== null && age_ms > policy.deadMaxAge_ms;
      if (!orphaned && !expired) continue;
      if (names.has(message)) await removal.remove(join(directory, message), 'dead', 'dead');
      await removal.remove(join(directory, name), 'dead', null);
    }
  }
}
