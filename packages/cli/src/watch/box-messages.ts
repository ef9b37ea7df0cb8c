import type { Box, Entry, Queue } from '@tapps-agents/queue';

/** So many messages of a box are listed. */
export const MOST_LISTED = 100;

/** The first of a box's messages. */
export interface BoxMessages {
  readonly box: Box;
  /** In hand first, then as they will be handed out, what is delayed, and the dead, the youngest first. */
  readonly entries: readonly Entry[];
  /** How many there are in all. */
  readonly total: number;
}

const PRIORITIES = ['high', 'medium', 'low'] as const;

/** The messages of one box that a person would ask for first, by their names alone; memory does not grow with the box. */
export async function messagesOf(queue: Queue, box: Box, now_ms: number): Promise<BoxMessages> {
  let first: Entry[] = [];
  let total = 0;
  const compare = orderAt(now_ms);
  for (const state of ['leased', 'ready', 'dead'] as const) {
    for await (const batch of queue.store.entries({ state, box })) {
      total += batch.length;
      first = [...first, ...batch].toSorted(compare).slice(0, MOST_LISTED);
    }
  }
  return { box, entries: first, total };
}

function orderAt(now_ms: number): (a: Entry, b: Entry) => number {
  const rank = ({ state, readyAt_ms }: Entry): number => {
    if (state === 'leased') return 0;
    if (state === 'dead') return 3;
    return readyAt_ms !== null && readyAt_ms > now_ms ? 2 : 1;
  };
  return (a, b) => {
    const order = rank(a) - rank(b);
    if (order !== 0) return order;
    if (a.state === 'dead') return b.createdAt_ms - a.createdAt_ms;
    if (rank(a) === 2) return (a.readyAt_ms ?? 0) - (b.readyAt_ms ?? 0);
    const priority = PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority);
    if (a.state === 'ready' && priority !== 0) return priority;
    return a.createdAt_ms - b.createdAt_ms || (a.entryId < b.entryId ? -1 : 1);
  };
}
