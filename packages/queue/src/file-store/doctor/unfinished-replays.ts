import { join } from 'node:path';
import type { Finding } from '../../diagnosis.ts';
import { FileOperationLog } from '../operation-log.ts';
import type { Round } from './round.ts';
import { counted, lengthOf, Tally } from './tally.ts';

/**
 * Replays that were begun and have no end: interrupted or killed, so what is left of their sets still lies among the dead letters; or,
 * where nobody can tell, still running elsewhere. One that certainly runs is none of them. Nobody goes on with them unasked.
 */
export async function checkReplays(round: Round): Promise<Finding[]> {
  const { layout, clock } = round.disk;
  const log = new FileOperationLog(round.disk);
  const found = new Tally();
  let isUnsure = false;
  for await (const { name, kind } of round.list(layout.operations)) {
    if (kind !== 'directory') continue;
    const directory = join(layout.operations, name);
    const record = await round.attempt(directory, () => log.read(name));
    if (record?.kind !== 'replay' || record.endedAt !== null || record.atWork === true) continue;
    const done = Object.values(record.tally).reduce((sum, count) => sum + count, 0);
    isUnsure ||= record.atWork !== false;
    const ago = lengthOf(Math.max(0, clock.now() - Date.parse(record.startedAt)));
    found.add(
      round.placeOf(directory),
      `begun ${ago} ago by ${record.by}; at least ${done} of ${counted(record.total, 'message')} done`,
    );
  }
  const [replays, they] = found.count === 1 ? ['replay was', 'it is'] : ['replays were', 'they are'];
  return found.found({
    code: 'unfinished_replays',
    severity: 'warning',
    text: `${found.count} ${replays} begun and not finished. ${isUnsure ? `Unless ${they} still running, see` : 'See'} what is left, and go on.`,
    mendable: false,
  });
}
