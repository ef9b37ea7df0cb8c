import { expect, test, vi } from 'vitest';
import { systemClock, wait } from '@tapps-agents/fs-atomic';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { rejection } from './support.ts';

test('a delay of more than setTimeout can take is waited for in full', () => {
  vi.useFakeTimers();
  try {
    let fired = 0;
    const days_ms = 40 * 86_400_000;
    systemClock.setTimer(() => (fired += 1), days_ms);
    const cancel = systemClock.setTimer(() => (fired += 100), days_ms);
    vi.advanceTimersByTime(days_ms - 1);
    expect(fired).toBe(0);
    cancel();
    cancel();
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('the system clock tells milliseconds', () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
  const first = systemClock.monotonic();
  expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
});

test('a background timer does not keep the process alive', () => {
  const spy = vi.spyOn(globalThis, 'setTimeout');
  try {
    const isReferenced = (background: boolean): boolean => {
      const cancel = systemClock.setTimer(() => undefined, 1_000, { background });
      const timer = spy.mock.results.at(-1)!.value as NodeJS.Timeout;
      cancel();
      return timer.hasRef();
    };
    expect([isReferenced(true), isReferenced(false)]).toEqual([false, true]);
  } finally {
    spy.mockRestore();
  }
});

test('wait ends with time or with the signal, and leaves neither timer nor listener', async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  const waited = wait(100, clock, controller.signal);
  await clock.advance(100);
  await waited;
  const aborted = rejection(wait(100, clock, controller.signal));
  controller.abort('enough');
  expect(await aborted).toBe('enough');
  expect(await rejection(wait(100, clock, controller.signal))).toBe('enough');
  expect(clock.pendingTimers).toBe(0);
});

test('the manual clock fires timers at their own time, in order, also those set by others', async () => {
  const clock = new ManualClock({ now_ms: 0, monotonic_ms: 0 });
  const fired: string[] = [];
  const note = (name: string) => (): void => void fired.push(`${name} ${clock.monotonic()} ${clock.now()}`);
  clock.setTimer(note('b'), 20);
  clock.setTimer(() => clock.setTimer(note('inner'), 5), 10);
  clock.setTimer(note('c'), 20);
  clock.setTimer(note('never'), 15)();
  expect(clock.nextTimer_ms).toBe(10);
  clock.setWall(1_000);
  await clock.advance(30);
  expect(fired).toEqual(['inner 15 1015', 'b 20 1020', 'c 20 1020']);
  expect([clock.monotonic(), clock.now(), clock.pendingTimers, clock.nextTimer_ms]).toEqual([
    30,
    1_030,
    0,
    null,
  ]);
});
