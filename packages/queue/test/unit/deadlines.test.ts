import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { Deadlines } from '../../src/deadlines.ts';

function arrange() {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const came: string[] = [];
  const set = (name: string, delay_ms: number) =>
    deadlines.set(() => void came.push(`${name} at ${clock.monotonic() - began_ms}`), delay_ms);
  const began_ms = clock.monotonic();
  return { clock, deadlines, came, set };
}

test('each comes at its own time, whatever the order in which they were set', async () => {
  const { clock, came, set } = arrange();
  set('long', 5_000);
  set('short', 100);
  set('middle', 1_000);
  await clock.advance(99);
  expect(came).toEqual([]);
  await clock.advance(10_000);
  expect(came).toEqual(['short at 100', 'middle at 1000', 'long at 5000']);
  expect(clock.pendingTimers).toBe(0);
});

test('one that is called off does not come, and the next one does at its time', async () => {
  const { clock, deadlines, came, set } = arrange();
  const first = set('first', 100);
  set('second', 250);
  deadlines.callOff(first);
  deadlines.callOff(first);
  await clock.advance(1_000);
  expect(came).toEqual(['second at 250']);
});

test('one of those due at once calls off another', async () => {
  const { clock, deadlines, came, set } = arrange();
  const first = deadlines.set(() => deadlines.callOff(second), 100);
  const second = set('second', 100);
  await clock.advance(1_000);
  expect(came).toEqual([]);
  deadlines.callOff(first);
});

test('any number of them have one timer of the clock, which begins anew when all had been called off', async () => {
  const { clock, deadlines, came, set } = arrange();
  for (let count = 0; count < 1_000; count += 1) deadlines.callOff(set('many', 300));
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(300);
  expect(clock.pendingTimers).toBe(0);
  set('last', 200);
  await clock.advance(200);
  expect(came).toEqual(['last at 500']);
});

test('one that is set by another that comes has its own time', async () => {
  const { clock, deadlines, came, set } = arrange();
  deadlines.set(() => void set('next', 50), 100);
  await clock.advance(1_000);
  expect(came).toEqual(['next at 150']);
});

test('after the end none comes, and no timer is left', async () => {
  const { clock, deadlines, came, set } = arrange();
  set('one', 100);
  deadlines.close();
  expect(clock.pendingTimers).toBe(0);
  await clock.advance(1_000);
  expect(came).toEqual([]);
});
