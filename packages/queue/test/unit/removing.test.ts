import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { removeIfPresent } from '../../src/file-store/disk.ts';
import { fakeDisk } from './fake-disk.ts';

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: remove`), { code });
}

/** A disk on which a file is in use for so many attempts to remove it. */
function busyDisk(times: number) {
  const clock = new ManualClock();
  let attempts = 0;
  const disk = fakeDisk(clock, {
    remove: () => {
      attempts += 1;
      if (attempts <= times) throw failure('EBUSY');
    },
  });
  return { disk, clock, attempts: () => attempts };
}

test('Windows: a file that somebody has open for a moment is removed when it is free, a pause switch for example', async () => {
  const { disk, clock, attempts } = busyDisk(4);
  const removed = removeIfPresent(disk, '/messages/locks/paused/all.json', { platform: 'win32' });
  await clock.advance(1_000);
  expect(await removed).toBe(true);
  expect(attempts()).toBe(5);
});

test('Windows: one that stays in use is an error that says so, after the time it was given', async () => {
  const { disk, clock } = busyDisk(Number.POSITIVE_INFINITY);
  const begun_ms = clock.monotonic();
  const removed = removeIfPresent(disk, '/messages/x', { platform: 'win32', busy_ms: 200 }).catch(
    (error: unknown) => ({ error, after_ms: clock.monotonic() - begun_ms }),
  );
  await clock.advance(200);
  expect(await removed).toMatchObject({ error: { code: 'ERR_ACCESS_DENIED' }, after_ms: 200 });
});

test('elsewhere it is an error at once', async () => {
  const { disk, clock, attempts } = busyDisk(1);
  await expect(removeIfPresent(disk, '/messages/x', { platform: 'linux' })).rejects.toMatchObject({
    code: 'ERR_ACCESS_DENIED',
  });
  expect([attempts(), clock.pendingTimers]).toEqual([1, 0]);
});
