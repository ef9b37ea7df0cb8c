import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { alteredFileSystem, type ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { failOnLeaks } from './support/leaks.ts';
import { site, stillClock, task } from './support-behaviour.ts';

failOnLeaks();

/** A watch of the inbox that tells of changes when it is told to, and of nothing by itself. */
interface ToldWatch {
  readonly changed: () => void;
  stopped: boolean;
}

/**
 * Ten messages for one worker, and what happens while it handles each of them. Resolves to the watches that were made, once it has
 * handled one more, an urgent one, sent by `during` or after the last of the ten, and to how many of them it had handled before.
 * The clock moves by `during` alone: what is found is found without waiting.
 */
async function handleTen(
  during: (at: {
    readonly handled: number;
    readonly watch: ToldWatch;
    readonly clock: ManualClock;
    readonly sendLate: () => Promise<void>;
  }) => Promise<void> | void,
  { stuck = false } = {},
): Promise<{ readonly watches: readonly ToldWatch[]; readonly before: number }> {
  await using here = await site();
  const watches: ToldWatch[] = [];
  const { clock, lease } = stillClock();
  const inner = nodeFileSystem();
  const fileSystem = alteredFileSystem(inner, {
    rename: (from, to) => {
      if (/inbox.*_stuck_/.test(from))
        throw Object.assign(new Error('EIO: it cannot be moved'), { code: 'EIO' });
      return inner.rename(from, to);
    },
    watch: (_, changed) => {
      const watch: ToldWatch = {
        changed: () => {
          if (!watch.stopped) changed();
        },
        stopped: false,
      };
      watches.push(watch);
      return () => {
        watch.stopped = true;
      };
    },
  });
  const coder = await here.open('coder', { fileSystem, clock, lease });
  await coder.registerAgent('coder');
  await coder.sendMany(Array.from({ length: 10 }, (_, index) => task({ task_id: `${index}` })));
  if (stuck) await coder.send(task({ message_id: 'stuck', priority: 'low' }));
  let sent = false;
  const sendLate = async (): Promise<void> => {
    if (sent) return;
    sent = true;
    await coder.send(task({ message_id: 'late', priority: 'high' }));
    if (handled === 10) watches.at(-1)?.changed(); // Whom a watch was let go of hears nothing.
  };
  let handled = 0;
  const before = await new Promise<number>((resolve) => {
    coder.work({
      task_assignment: async ({ message_id }) => {
        const [watch] = watches;
        if (message_id === 'late') resolve(handled);
        else if (watch !== undefined) await during({ handled: (handled += 1), watch, clock, sendLate });
      },
    });
    coder.events.on('acked', () => {
      if (handled === 10) void sendLate();
    });
  });
  return { watches: watches.map((watch) => ({ ...watch })), before };
}

const changes = (watch: ToldWatch, times: number): void => {
  for (let time = 0; time < times; time += 1) watch.changed();
};

test('a watch that tells of many changes while there is enough to claim is let go of, and made anew before nothing is found', async () => {
  const { watches } = await handleTen(({ handled, watch }) => {
    if (handled > 1) return;
    changes(watch, 63);
    expect(watch.stopped).toBe(false);
    changes(watch, 1);
    expect(watch.stopped).toBe(true);
  });
  expect(watches.map(({ stopped }) => stopped)).toEqual([true, false]);
});

test('what is urgent is found while nobody watches, as if a watch had told of it', async () => {
  const { before } = await handleTen(async ({ handled, watch, clock, sendLate }) => {
    if (handled === 1) changes(watch, 64);
    if (handled === 3) await sendLate(); // And no watch tells of it.
    await clock.advance(60); // More than what lies between two listings at the least, and less than without hints.
  });
  expect(before).toBe(3);
});

test('what was sent while nobody watched is found when nothing else is known of', async () => {
  const { watches } = await handleTen(async ({ handled, watch, sendLate }) => {
    if (handled === 1) changes(watch, 64);
    if (handled === 5) await sendLate();
  });
  expect(watches).toHaveLength(2);
});

test('where nothing is left but what cannot be claimed, the watch is there again', async () => {
  const { watches } = await handleTen(
    ({ handled, watch }) => {
      if (handled === 1) changes(watch, 64);
    },
    { stuck: true },
  );
  expect(watches.map(({ stopped }) => stopped)).toEqual([true, false]);
});

test('a watch is kept where changes are few, or nothing else is left to claim', async () => {
  const { watches: few } = await handleTen(async ({ handled, watch, clock }) => {
    if (handled > 3) return;
    changes(watch, 60);
    await clock.advance(1_001);
  });
  expect(few.map(({ stopped }) => stopped)).toEqual([false]);
  const { watches: last } = await handleTen(({ handled, watch }) => {
    if (handled === 10) changes(watch, 640);
  });
  expect(last.map(({ stopped }) => stopped)).toEqual([false]);
});
