import { setTimeout } from 'node:timers/promises';
import type { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { Violation } from '../target.ts';

/**
 * Real time that must have gone by, too, before something is given up: node's thread pool, by which files are flushed, does
 * not know the moved clock, which on a busy machine can be through with its time before a thread had its turn.
 */
const LEAST_REAL_MS = 2_000;
/** However long something may have to wait, it ends within this, in milliseconds of a clock that is moved by hand. */
const MOST_MS = 900_000;

/** Moves time on until a promise is settled. @throws Violation `hang` when it is not after a quarter of an hour of that time */
export async function untilSettled<T>(promise: Promise<T>, clock: ManualClock): Promise<T> {
  let settled = false;
  const watched = promise.finally(() => {
    settled = true;
  });
  watched.catch(() => {});
  if (!(await passing(() => settled, clock, MOST_MS)))
    throw new Violation('hang', `nothing came within ${MOST_MS} ms`);
  return await watched;
}

/** Moves time on until something holds, at most so long (and some real time longer, see above); whether it holds then. */
export async function passing(holds: () => boolean, clock: ManualClock, most_ms: number): Promise<boolean> {
  const end_ms = clock.monotonic() + most_ms;
  const began_ms = performance.now();
  await clock.settle();
  while (!holds()) {
    if (clock.monotonic() >= end_ms) {
      if (performance.now() - began_ms >= LEAST_REAL_MS) break;
      await setTimeout(5);
    }
    // To the next timer at once, but in steps that heartbeats and looks at silent holders stay true to life.
    await clock.advance(Math.min(Math.max(1, clock.nextTimer_ms ?? 1_000), 1_000));
  }
  return holds();
}
