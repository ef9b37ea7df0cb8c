import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { ListingPace } from '../../src/file-store/listing-pace.ts';

/** How long a listing is put off right after one that took so long and showed so many names. */
async function putOffAfter(cost_ms: number, names: number): Promise<number> {
  const clock = new ManualClock();
  const pace = new ListingPace(clock);
  const listed = pace.begins();
  await clock.advance(cost_ms);
  listed(names);
  expect(pace.isDue(false)).toBe(false);
  pace.hint();
  const { tooSoon_ms } = pace;
  expect(pace.isDue(false)).toBe(tooSoon_ms <= 0);
  await clock.advance(Math.max(0, tooSoon_ms));
  expect(pace.isDue(false)).toBe(true);
  return tooSoon_ms;
}

test('a listing of an empty directory that once was large is put off for less than a poll interval', async () => {
  expect(await putOffAfter(2, 0)).toBe(0);
  expect(await putOffAfter(4.9, 0)).toBe(0);
  expect(await putOffAfter(6, 0)).toBe(75);
  expect(await putOffAfter(70, 0)).toBe(75);
  expect(await putOffAfter(150, 999)).toBe(75);
});

test('a listing of many names, or one that is too dear, is put off for longer', async () => {
  expect(await putOffAfter(20, 1_000)).toBe(400);
  expect(await putOffAfter(200, 100_000)).toBe(1_000);
  expect(await putOffAfter(200, 0)).toBe(100); // Two thirds of the time.
  expect(await putOffAfter(600, 0)).toBe(300);
  expect(await putOffAfter(2_000, 0)).toBe(1_000);
});
