import { expect, test } from 'vitest';
import { faulty, run, site, stillClock } from './support-behaviour.ts';

test('an idle worker looks for messages whose holder is gone twice a second, and at its box four times', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const fileSystem = faulty();
  const coder = await place.open('coder', { clock, lease, fileSystem });
  await coder.registerAgent('coder');
  coder.work({ task_assignment: () => {} });
  const looks = { box: [] as number[], leases: [] as number[] };
  fileSystem.onCall = ({ path }) => {
    if (path.endsWith('/locks/inbox/coder')) looks.leases.push(clock.monotonic());
    else if (path.endsWith('/messages/inbox/coder')) looks.box.push(clock.monotonic());
  };
  await run(clock, new Promise<void>((resolve) => clock.setTimer(resolve, 20_000)));
  expect(longestGap(looks.leases)).toBeLessThanOrEqual(500); // README: within half a second.
  expect(longestGap(looks.box)).toBeLessThanOrEqual(250); // The poll interval.
  expect(new Set(looks.leases).size).toBeLessThan(50); // Not with each poll.
});

function longestGap(times_ms: readonly number[]): number {
  expect(times_ms.length).toBeGreaterThan(10);
  return Math.max(...times_ms.slice(1).map((time_ms, at) => time_ms - (times_ms[at] ?? 0)));
}
