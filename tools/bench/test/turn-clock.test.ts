import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { TurnClock } from '../src/turn-clock.ts';

test('only while it is its turn the time passes', async () => {
  const inner = new ManualClock();
  const clock = new TurnClock(inner);
  const began_ms = clock.monotonic();
  await inner.advance(1_000);
  expect(clock.monotonic() - began_ms).toBe(0);
  await clock.turn(async () => {
    expect(clock.monotonic() - began_ms).toBe(0);
    await inner.advance(20);
    expect(clock.monotonic() - began_ms).toBe(20);
  });
  await inner.advance(1_000);
  expect(clock.monotonic() - began_ms).toBe(20);
  await clock.turn(() => inner.advance(5));
  expect(clock.monotonic() - began_ms).toBe(25);
});

test('a turn that fails ends, too', async () => {
  const inner = new ManualClock();
  const clock = new TurnClock(inner);
  await expect(clock.turn(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  const ended_ms = clock.monotonic();
  await inner.advance(5);
  expect(clock.monotonic()).toBe(ended_ms);
});
