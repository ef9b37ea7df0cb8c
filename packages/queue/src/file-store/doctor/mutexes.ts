import { dirname, join } from 'node:path';
import { isMutexTokenLost, restoreMutexToken } from '@tapps-agents/fs-atomic';
import type { Finding } from '../../diagnosis.ts';
import { writing } from '../disk.ts';
import type { Round } from './round.ts';
import { counted, Tally } from './tally.ts';

/** Mutexes whose token is gone, as after a power loss where the file system has no journal: upkeep then stands still. */
export async function checkMutexes(round: Round): Promise<Finding[]> {
  const { disk } = round;
  const found = new Tally();
  let mendable = 0;
  for await (const { name, kind } of round.list(dirname(disk.layout.mutex('retention')))) {
    if (kind !== 'directory') continue;
    const directory = join(dirname(disk.layout.mutex('retention')), name);
    const options = {
      ...writing(disk, 'none', round.signal),
      directory,
      temporaryDirectory: disk.layout.temporary,
    };
    if ((await round.attempt(directory, () => isMutexTokenLost(options))) !== true) continue;
    const others = await countOthers(round, directory);
    found.add(
      round.placeOf(directory),
      others === 0 ? 'its directory is empty' : `its directory holds ${counted(others, 'other file')}`,
    );
    // Only an empty directory is ever replaced by another, and none on Windows.
    if (others > 0 || process.platform === 'win32') continue;
    mendable += 1;
    if (round.mend && (await round.attempt(directory, () => restoreMutexToken(options))) === true)
      found.mended();
  }
  return found.found({
    code: 'lost_mutex_tokens',
    severity: 'error',
    text: `${found.count} ${found.count === 1 ? 'mutex has' : 'mutexes have'} no token, so nobody can acquire ${found.count === 1 ? 'it' : 'them'}: without the mutex for upkeep, retention never runs, and what is finished grows without bound. ${mendable === found.count ? MENDED : mendable === 0 ? BY_HAND : `${MENDED} Where there is another file: ${BY_HAND}`}`,
    mendable: mendable > 0,
  });
}

const MENDED = 'Mending gives a new token of a generation that was never used.';
const BY_HAND =
  'No new token can be made here: stop every process that uses the queue, remove the directory, and start them again.';

/** Files that are no token: those are looked for before. */
async function countOthers(round: Round, directory: string): Promise<number> {
  let others = 0;
  for await (const _entry of round.list(directory)) others += 1;
  return others;
}
