import { fillLedger } from '../ledger-files.ts';
import type { Timing } from '../operation.ts';
import { openOperation, type ContestantSettings } from '../open-subject.ts';
import { timed } from '../timed.ts';
import type { Verbs } from '../verbs.ts';

/** Does one operation of one subject, a slice at a time. `remember N` puts N finished messages into our ledger first. */
export async function contestant(settings: ContestantSettings): Promise<Verbs> {
  const chosen = await openOperation(settings);
  return {
    remember: (count) => fillLedger(settings.directory, count),
    fill: (count) => chosen.fill?.(count),
    async run(count): Promise<Timing> {
      await chosen.ready?.(count);
      return await timed(count, () => chosen.run(count));
    },
  };
}
