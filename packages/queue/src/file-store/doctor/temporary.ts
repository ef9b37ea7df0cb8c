import { join } from 'node:path';
import { sweepTemporary } from '@tapps-agents/fs-atomic';
import type { Finding } from '../../diagnosis.ts';
import { TEMPORARY_MAX_AGE_MS } from '../../limits.ts';
import { writing } from '../disk.ts';
import type { Round } from './round.ts';
import { counted, lengthOf, Tally } from './tally.ts';

/** What writers that died left unfinished. Nobody was told that it was sent, so removing it loses nothing. */
export async function checkTemporary(round: Round): Promise<Finding[]> {
  const { temporary } = round.disk.layout;
  const found = new Tally();
  for await (const { name, kind } of round.list(temporary)) {
    if (!name.endsWith('.tmp') || (kind !== 'file' && kind !== 'directory')) continue;
    const path = join(temporary, name);
    const status = await round.status(path);
    if (status === null || round.age_ms(status) <= TEMPORARY_MAX_AGE_MS) continue;
    found.add(round.placeOf(path), `untouched for ${lengthOf(round.age_ms(status))}`);
  }
  if (round.mend && found.count > 0) {
    const swept = await round.attempt(temporary, () =>
      sweepTemporary({
        ...writing(round.disk, 'none'),
        directory: temporary,
        olderThan_ms: TEMPORARY_MAX_AGE_MS,
        // One that cannot be removed must not leave untold that the others were.
        onFailure: (error) => round.reportIn(error, temporary),
      }),
    );
    found.mended(swept?.removed ?? 0);
  }
  return found.found({
    code: 'temporary_files',
    severity: 'warning',
    text: `${counted(found.count, 'temporary file')} left by writers that died. No message is in them that anybody was told was sent; workers remove them by themselves.`,
    mendable: true,
  });
}
