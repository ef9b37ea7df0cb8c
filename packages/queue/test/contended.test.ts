import { expect, test } from 'vitest';
import { Contention } from '../src/contention.ts';
import { deferred, event, eventsOf, idle, run, site, stillClock, task } from './support-behaviour.ts';

const INBOX = { box: { kind: 'inbox', agentId: 'coder' } } as const;

test('the delay doubles with each meeting up to five seconds, each message for itself, and begins anew', () => {
  const contention = new Contention();
  const delay_ms = (id: string, random = 1): number => contention.delay_ms(INBOX, id, () => random);
  expect([1, 2, 3, 4, 5, 6].map(() => delay_ms('a'))).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  expect(delay_ms('a', 0)).toBe(2_500);
  expect(delay_ms('b', 0)).toBe(250);
  contention.forget(INBOX, 'a');
  expect(delay_ms('a')).toBe(500);
  expect(contention.delay_ms({ box: { kind: 'outbox', agentId: 'coder' } }, 'b', () => 1)).toBe(500);
});

test('only the thousand messages that were met last are remembered', () => {
  const contention = new Contention();
  for (let index = 0; index < 1_001; index += 1) contention.delay_ms(INBOX, `${index}`, () => 1);
  expect(contention.delay_ms(INBOX, '1', () => 1)).toBe(1_000);
  expect(contention.delay_ms(INBOX, '0', () => 1)).toBe(500);
});

test('many copies of a task that runs for long are looked at ever less often, and finished with it', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease });
  const other = await place.open('coder', { clock, lease });
  await coder.registerAgent('coder');
  const message = task();
  await coder.send(message);
  const release = deferred();
  const begun = event(coder, 'claimed');
  coder.work({ task_assignment: () => release.promise });
  await run(clock, begun);
  await coder.sendMany(Array.from({ length: 20 }, () => message));
  const claimed = eventsOf(other, 'claimed');
  const duplicates = [eventsOf(coder, 'duplicate'), eventsOf(other, 'duplicate')];
  const worker = other.work({ task_assignment: () => {} }, { untilEmpty: true });
  const end_ms = clock.now() + 60_000;
  while (clock.now() < end_ms) {
    await idle();
    await clock.advance(clock.nextTimer_ms ?? 0);
  }
  expect(claimed.length).toBeGreaterThan(200); // Every 5 s at the latest.
  expect(claimed.length).toBeLessThan(600); // Every 2.5 s at the earliest, but for the first few times.
  release.resolve();
  await run(clock, worker.done);
  expect(duplicates.flat()).toHaveLength(20);
});
