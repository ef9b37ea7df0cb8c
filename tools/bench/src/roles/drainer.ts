import type { Timing } from '../operation.ts';
import { countingListings } from '../counting-listings.ts';
import { TurnClock } from '../turn-clock.ts';
import { openQueueSubject } from '../subjects/queue.ts';
import { timed } from '../timed.ts';
import type { Verbs } from '../verbs.ts';

/** Receives from a box of this queue, turn by turn, and counts how often the box is listed. */
export async function drainer({ directory }: { readonly directory: string }): Promise<Verbs> {
  const listings = { count: 0 };
  const clock = new TurnClock();
  const { operations } = await openQueueSubject(directory, {
    fileSystem: countingListings(listings),
    clock,
  });
  const { receive } = operations;
  return {
    fill: (count) => receive.fill?.(count),
    async run(count): Promise<Timing> {
      const before = listings.count;
      const timing = await clock.turn(() => timed(count, () => receive.run(count)));
      return { ...timing, listings: listings.count - before };
    },
  };
}
