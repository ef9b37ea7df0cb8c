import { fillLedger } from '../ledger-files.ts';
import type { OperationName, Timing } from '../operation.ts';
import { openSubject } from '../open-subject.ts';
import { timed } from '../timed.ts';
import type { Verbs } from '../verbs.ts';

/** What one subject is to do, and where. */
export interface ContestantSettings {
  readonly subject: string;
  readonly operation: OperationName;
  readonly directory: string;
}

/** Does one operation of one subject, a slice at a time. `remember N` puts N finished messages into our ledger first. */
export async function contestant({ subject, operation, directory }: ContestantSettings): Promise<Verbs> {
  const opened = await openSubject(subject, directory);
  const chosen = opened.operations[operation];
  if (chosen === undefined) throw new Error(`${subject} has no ${operation}.`);
  return {
    remember: (count) => fillLedger(directory, count),
    fill: (count) => chosen.fill?.(count),
    async run(count): Promise<Timing> {
      await chosen.ready?.(count);
      return await timed(count, () => chosen.run(count));
    },
  };
}
