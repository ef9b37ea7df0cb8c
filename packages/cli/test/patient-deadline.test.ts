import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PatientDeadline } from '../src/by-hand/patient-deadline.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('is over in time where nothing is to be expected, or where that cannot be told', async () => {
  using nothing = new PatientDeadline(1_000, () => Promise.resolve(false));
  using unknown = new PatientDeadline(1_000, () => Promise.reject(new Error('cannot list')));
  await vi.advanceTimersByTimeAsync(999);
  expect([nothing.signal.aborted, unknown.signal.aborted]).toEqual([false, false]);
  await vi.advanceTimersByTimeAsync(1);
  expect([nothing.signal.aborted, unknown.signal.aborted]).toEqual([true, true]);
});

it('waits on while something is there, for half a minute at most', async () => {
  let isThere = true;
  using first = new PatientDeadline(1_000, () => Promise.resolve(isThere));
  await vi.advanceTimersByTimeAsync(5_500);
  expect(first.signal.aborted).toBe(false);
  isThere = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(first.signal.aborted).toBe(true);
  using second = new PatientDeadline(1_000, () => Promise.resolve(true));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(second.signal.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(second.signal.aborted).toBe(true);
});

it('asks no more once it is disposed of', async () => {
  const mayCome = vi.fn(() => Promise.resolve(true));
  using deadline = new PatientDeadline(1_000, mayCome);
  await vi.advanceTimersByTimeAsync(1_000);
  deadline[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(mayCome).toHaveBeenCalledTimes(1);
});

it('is not over before weeks have passed, where it is to be so long', async () => {
  const wait_ms = 60 * 86_400_000; // setTimeout takes 24.8 days.
  using deadline = new PatientDeadline(wait_ms, () => Promise.resolve(false));
  await vi.advanceTimersByTimeAsync(wait_ms - 1);
  expect(deadline.signal.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(deadline.signal.aborted).toBe(true);
});
