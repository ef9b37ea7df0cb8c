import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { Waker } from '../../src/consuming/waker.ts';

test('a hint ends the wait, and leaves no timer', async () => {
  const clock = new ManualClock();
  const waker = new Waker(clock);
  const waiting = waker.wait(1_000);
  waker.hint();
  expect(await waiting).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});

test('without a hint it ends when its time is up', async () => {
  const clock = new ManualClock();
  const waker = new Waker(clock);
  let ended = false;
  const waiting = waker.wait(1_000).finally(() => {
    ended = true;
  });
  await clock.advance(999);
  expect(ended).toBe(false);
  await clock.advance(1);
  expect(await waiting).toBe(false);
});

test('a hint that comes while nobody waits is kept for the next wait, once', async () => {
  const clock = new ManualClock();
  const waker = new Waker(clock);
  waker.hint();
  waker.hint();
  expect(await waker.wait(1_000)).toBe(true);
  expect(clock.pendingTimers).toBe(0);
  const waiting = waker.wait(1_000);
  await clock.advance(1_000);
  expect(await waiting).toBe(false);
});

test('a hint that comes when the time is just up is not lost', async () => {
  const clock = new ManualClock();
  const waker = new Waker(clock);
  const waiting = waker.wait(1_000);
  clock.setTimer(() => waker.hint(), 1_000);
  await clock.advance(1_000);
  // Told by this wait or by the next, but told.
  expect((await waiting) || (await waker.wait(0))).toBe(true);
});
