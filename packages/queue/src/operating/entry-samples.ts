import type { Entry } from '../stored-message.ts';

/** So many of each kind are kept. */
const MOST = 10;

const PRIORITIES = ['high', 'medium', 'low'] as const;

/** Keeps the first few of each kind of message that comes by, in an order that a person would ask for. */
export class EntrySamples {
  readonly #now_ms: number;
  readonly #next: Entry[] = [];
  readonly #delayed: Entry[] = [];
  readonly #leased: Entry[] = [];
  readonly #dead: Entry[] = [];

  constructor(now_ms: number) {
    this.#now_ms = now_ms;
  }

  add(entry: Entry): void {
    if (entry.state === 'dead') insert(this.#dead, entry, newestFirst);
    else if (entry.state === 'leased') insert(this.#leased, entry, oldestFirst);
    else if (entry.readyAt_ms !== null && entry.readyAt_ms > this.#now_ms)
      insert(this.#delayed, entry, soonestFirst);
    else insert(this.#next, entry, asHandedOut);
  }

  /** `next`: as they will be handed out; `delayed`: the soonest first; `leased`: the oldest first; `dead`: the newest first. */
  taken(): {
    readonly next: readonly Entry[];
    readonly delayed: readonly Entry[];
    readonly leased: readonly Entry[];
    readonly dead: readonly Entry[];
  } {
    return { next: this.#next, delayed: this.#delayed, leased: this.#leased, dead: this.#dead };
  }
}

function insert(list: Entry[], entry: Entry, compare: (a: Entry, b: Entry) => number): void {
  const last = list[MOST - 1];
  if (last !== undefined && compare(last, entry) <= 0) return;
  const at = list.findIndex((other) => compare(entry, other) < 0);
  list.splice(at < 0 ? list.length : at, 0, entry);
  list.length = Math.min(list.length, MOST);
}

function oldestFirst(a: Entry, b: Entry): number {
  return a.createdAt_ms - b.createdAt_ms;
}

function newestFirst(a: Entry, b: Entry): number {
  return b.createdAt_ms - a.createdAt_ms;
}

function soonestFirst(a: Entry, b: Entry): number {
  return (a.readyAt_ms ?? 0) - (b.readyAt_ms ?? 0);
}

/** High priority first, then the oldest; of one millisecond by the names of their files, as consumers take them. */
function asHandedOut(a: Entry, b: Entry): number {
  const byMoment = PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) || oldestFirst(a, b);
  return byMoment !== 0 ? byMoment : a.entryId < b.entryId ? -1 : 1;
}
