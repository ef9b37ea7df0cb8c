import type { Box, Entry, Queue } from '@tapps-agents/queue';

/** What is left in one box. */
export interface Backlog {
  readonly box: Box;
  readonly ready: number;
  readonly delayed: number;
  readonly leased: number;
}

/**
 * What is left in a box, from one look: in hand, ready, and in hand again, since a message may be claimed or handed back while
 * one looks. It is then counted twice, or not at all: so a look that shows nothing proves nothing by itself.
 */
export async function backlogOf(queue: Queue, box: Box, now_ms: number): Promise<Backlog> {
  const before = await count(queue, box, 'leased', () => true);
  const isDelayed = ({ readyAt_ms }: Entry): boolean => readyAt_ms !== null && readyAt_ms > now_ms;
  let delayed = 0;
  const ready = await count(queue, box, 'ready', (entry) => {
    if (!isDelayed(entry)) return true;
    delayed += 1;
    return false;
  });
  const after = await count(queue, box, 'leased', () => true);
  return { box, ready, delayed, leased: Math.max(before, after) };
}

/** How many dead letters a box has. */
export function deadIn(queue: Queue, box: Box): Promise<number> {
  return count(queue, box, 'dead', () => true);
}

async function count(
  queue: Queue,
  box: Box,
  state: 'ready' | 'leased' | 'dead',
  counts: (entry: Entry) => boolean,
): Promise<number> {
  let found = 0;
  for await (const batch of queue.store.entries({ state, box })) found += batch.filter(counts).length;
  return found;
}
