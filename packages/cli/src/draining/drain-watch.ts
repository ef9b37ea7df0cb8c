import type { Box, Queue } from '@tapps-agents/queue';
import { backlogOf, deadIn, type Backlog } from './backlog-of.ts';

/** So many looks in a row must show nothing: of one, a message that is being handed over may be out of sight. */
const QUIET_LOOKS = 3;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** What the waiting needs of the world. */
export interface DrainClock {
  /** Milliseconds; only differences count. */
  readonly now: () => number;
  /** Rejects when the signal aborts. */
  readonly pause: (delay_ms: number, signal: AbortSignal) => Promise<void>;
}

/** How to wait. */
export interface DrainOptions {
  readonly boxes: readonly Box[];
  /** Null: for ever. */
  readonly timeout_ms: number | null;
  /** Messages that may not be handled yet are not waited for. */
  readonly skipDelayed: boolean;
  readonly signal: AbortSignal;
  readonly clock: DrainClock;
  /** Called after each look, with how many messages are left. */
  readonly onLook: (left: number, backlogs: readonly Backlog[]) => void | Promise<void>;
}

/** How it ended. */
export interface Drained {
  readonly drained: boolean;
  readonly waited_ms: number;
  readonly boxes: readonly (Backlog & { readonly died: number })[];
}

/**
 * Waits until nothing is left in these boxes: neither ready nor delayed, nor in anybody's hands. What is sent meanwhile is
 * waited for, too. It holds nobody up: senders go on, and so do consumers.
 *
 * The timeout ends the waiting for what is left, not the looks that prove that nothing is: at most two more come after it.
 */
export async function waitUntilDrained(queue: Queue, options: DrainOptions): Promise<Drained> {
  const { boxes, timeout_ms, signal, clock, skipDelayed } = options;
  const began_ms = clock.now();
  const deadBefore = await Promise.all(boxes.map((box) => deadIn(queue, box)));
  let pause_ms = FIRST_PAUSE_MS;
  let quiet = 0;
  let last = Number.POSITIVE_INFINITY;
  for (;;) {
    const looked_ms = clock.now();
    const backlogs: Backlog[] = [];
    for (const box of boxes) backlogs.push(await backlogOf(queue, box, Date.now()));
    const left = backlogs.reduce(
      (sum, { ready, delayed, leased }) => sum + ready + leased + (skipDelayed ? 0 : delayed),
      0,
    );
    await options.onLook(left, backlogs);
    quiet = left === 0 ? quiet + 1 : 0;
    const waited_ms = clock.now() - began_ms;
    const isOver = timeout_ms !== null && waited_ms >= timeout_ms;
    if (quiet >= QUIET_LOOKS || (isOver && quiet === 0)) {
      const dead = await Promise.all(boxes.map((box) => deadIn(queue, box)));
      const ended = backlogs.map((backlog, index) => ({
        ...backlog,
        died: Math.max(0, (dead[index] ?? 0) - (deadBefore[index] ?? 0)),
      }));
      return { drained: quiet >= QUIET_LOOKS, waited_ms, boxes: ended };
    }
    pause_ms = left === 0 || left < last ? FIRST_PAUSE_MS : Math.min(pause_ms * 2, LONGEST_PAUSE_MS);
    last = left;
    // A box that takes long to list is not listed all the time.
    const isTimed = timeout_ms !== null && quiet === 0;
    const rest_ms = isTimed ? Math.max(1, timeout_ms - waited_ms) : Number.POSITIVE_INFINITY;
    await clock.pause(Math.min(Math.max(pause_ms, 3 * (clock.now() - looked_ms)), rest_ms), signal);
  }
}
