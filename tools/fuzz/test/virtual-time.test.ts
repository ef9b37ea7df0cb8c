import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { untilSettled } from '../src/disk/virtual-time.ts';

test('what a thread of the pool takes long for is no hang, however far the moved clock goes meanwhile', async () => {
  const threadWork = promisify(pbkdf2)('secret', 'salt', 200_000, 64, 'sha512');
  expect(await untilSettled(threadWork, new ManualClock())).toHaveLength(64);
});

test('what never ends is one', async () => {
  const clock = new ManualClock();
  const began_ms = clock.monotonic();
  await expect(untilSettled(new Promise(() => {}), clock)).rejects.toMatchObject({ rule: 'hang' });
  expect(clock.monotonic() - began_ms).toBeGreaterThanOrEqual(900_000);
});
