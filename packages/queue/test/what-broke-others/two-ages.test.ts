import { utimesSync } from 'node:fs';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import type { Queue } from '../../src/index.ts';
import { faulty, names, run, site, task, type Site } from '../support-behaviour.ts';
import { FAULTS_OF_OTHERS, type FaultOfOthers } from '../support/faults-of-others.ts';
import { workUntilEmpty } from '../support/work.ts';

/*
 * Elsewhere, a purge of what had been finished a week ago went by when it had been made: a message that waited for eight days
 * was forgotten with its acknowledgement, and its duplicate handled again.
 *
 * Here a message has two ages as well, and each rule names its own: the ledger counts from when a message was finished, dead
 * letters from when they died. What is made today and finished long ago goes; what was made long ago and is finished
 * today stays.
 */

const DAY_MS = 86_400_000;
const AGO_MS = 30 * DAY_MS;

/** A queue that keeps everything for a week, and in it a message that was made, and written, a month ago. */
async function withOldMessage(
  here: Site,
  fault?: FaultOfOthers,
): Promise<{ readonly mq: Queue; readonly clock: ManualClock }> {
  const clock = new ManualClock({ now_ms: Date.now() });
  const mq = await here.open('coder', {
    clock,
    lease: '240h',
    retention: { processedMaxAge: '7d', deadMaxAge: '7d', interval: '365d' },
    ...(fault === undefined ? {} : { fileSystem: FAULTS_OF_OTHERS[fault](faulty()) }),
  });
  await mq.registerAgent('coder');
  const long_ago = new Date(clock.now() - AGO_MS);
  await mq.send(task({ message_id: 'old', created_at: long_ago.toISOString() }));
  const name = (await names(here.at('inbox/coder'))).find((each) => each.includes('_old_')) ?? '';
  utimesSync(here.at('inbox/coder', name), long_ago, long_ago);
  return { mq, clock };
}

test('a message made long ago and finished now is remembered, for as long as if it had been made now', async () => {
  await using here = await site();
  const { mq, clock } = await withOldMessage(here);
  expect(await run(clock, workUntilEmpty(mq))).toEqual(['old']);
  expect(await mq.operations.retain()).toMatchObject({ processed: 0 });
  await mq.send(task({ message_id: 'old' }));
  expect(await run(clock, workUntilEmpty(mq))).toEqual([]); // Its duplicate is still known as one.
  clock.freeze(7 * DAY_MS - 60_000);
  expect(await mq.operations.retain()).toMatchObject({ processed: 0 });
  clock.freeze(120_000);
  expect(await mq.operations.retain()).toMatchObject({ processed: 2 });
});

test('a message made long ago that died now is kept, for as long as if it had been made now', async () => {
  await using here = await site();
  const { mq, clock } = await withOldMessage(here);
  await run(clock, workUntilEmpty(mq, { task_assignment: () => ({ verdict: 'reject', reason: 'no use' }) }));
  expect(await mq.operations.retain()).toMatchObject({ dead: 0 });
  clock.freeze(7 * DAY_MS - 60_000);
  expect(await mq.operations.retain()).toMatchObject({ dead: 0 });
  clock.freeze(120_000);
  expect(await mq.operations.retain()).toMatchObject({ dead: 1 });
});

test('a message that was made for a day to come and finished long ago goes all the same', async () => {
  await using here = await site();
  const { mq, clock } = await withOldMessage(here);
  await mq.send(
    task({ message_id: 'future', created_at: new Date(clock.now() + 365 * DAY_MS).toISOString() }),
  );
  expect(await run(clock, workUntilEmpty(mq))).toHaveLength(2);
  clock.freeze(8 * DAY_MS);
  expect(await mq.operations.retain()).toMatchObject({ processed: 2 });
});

test('the same notices a purge that goes by when messages were made', async () => {
  await using here = await site();
  const { mq, clock } = await withOldMessage(here, 'finishedWithoutTime');
  expect(await run(clock, workUntilEmpty(mq))).toEqual(['old']);
  expect(await mq.operations.retain()).toMatchObject({ processed: 1 });
});
