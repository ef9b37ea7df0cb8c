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
  for await (const { name, kind } of round.list(dirname(disk.layout.mutex('retention')))) {
    if (kind !== 'directory') continue;
    const directory = join(dirname(disk.layout.mutex('retention')), name);
    const options = {
      ...writing(disk, 'none', round.signal),
      directory,
      temporaryDirectory: disk.layout.temporary,
    };
    if ((await round.attempt(directory, () => isMutexTokenLost(options))) !== true) continue;
    found.add(round.placeOf(directory), await stateOf(round, directory));
    if (round.mend && (await round.attempt(directory, () => restoreMutexToken(options))) === true)
      found.mended();
  }
  return found.found({
    code: 'lost_mutex_tokens',
    severity: 'error',
    text: `${found.count} ${found.count === 1 ? 'mutex has' : 'mutexes have'} no token, so nobody can acquire ${found.count === 1 ? 'it' : 'them'}: without the mutex for upkeep, retention never runs, and what is finished grows without bound. Mending gives a new token of a generation that was never used; where it cannot (Windows, or another file in the directory), stop every process that uses the queue, remove the directory, and start them again.`,
    mendable: true,
  });
}

async function stateOf(round: Round, directory: string): Promise<string> {
  let others = 0;
  for await (const _entry of round.list(directory)) others += 1;
  return others === 0 ? 'its directory is empty' : `its directory holds ${counted(others, 'other file')}`;
}
