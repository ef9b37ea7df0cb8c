import type { Breather } from '../breather.ts';
import type { Box } from '../stored-message.ts';
import { listDirectory, type Disk } from './disk.ts';
import { isForeignMessage, parseReady, priorityRank, type Name } from './names.ts';

/** A ready message's file, as the last listing showed it. */
export interface Candidate {
  readonly fileName: string;
  readonly name: Name;
}

/**
 * What one listing of a box showed, in the order in which it is to be claimed. One listing feeds many claims; it
 * is only ever a hint about what is there, and every claim is decided by a rename.
 */
export class Backlog {
  readonly #disk: Disk;
  readonly #box: Box;
  /** Ready now, best last, so that taking one is cheap. */
  #ready: Candidate[] = [];
  /** Not ready yet, latest first. */
  #delayed: Candidate[] = [];
  #foreign: string[] = [];

  constructor(disk: Disk, box: Box) {
    this.#disk = disk;
    this.#box = box;
  }

  /** Lists the box anew, without the names that `skip` holds; returns which of those are still there. */
  async fill(
    skip: ReadonlySet<string>,
    accepts: (name: Name) => boolean,
    breather: Breather,
  ): Promise<Set<string>> {
    const seen = new Set<string>();
    const ready: Candidate[] = [];
    const delayed: Candidate[] = [];
    const foreign: string[] = [];
    const now = this.#disk.clock.now();
    for await (const batch of listDirectory(this.#disk, this.#disk.layout.box(this.#box), 'error')) {
      for (const entry of batch) {
        if (entry.kind !== 'file') continue;
        if (skip.has(entry.name)) {
          seen.add(entry.name);
          continue;
        }
        const name = parseReady(entry.name);
        if (name === null) {
          if (isForeignMessage(entry.name)) foreign.push(entry.name);
        } else if (accepts(name)) {
          (isDue(name, now) ? ready : delayed).push({ fileName: entry.name, name });
        }
      }
      await breather.breathe();
    }
    this.#ready = ready.toSorted((a, b) => compare(b, a));
    this.#delayed = delayed.toSorted((a, b) => (b.name.readyAt_ms ?? 0) - (a.name.readyAt_ms ?? 0));
    this.#foreign = foreign.toSorted((a, b) => (a < b ? 1 : -1));
    return seen;
  }

  /** Takes the next outside writer's file that has no name of ours yet; undefined when there is none. */
  takeForeign(): string | undefined {
    return this.#foreign.pop();
  }

  /** Adds a file that was just given its name. */
  add(candidate: Candidate): void {
    if (!isDue(candidate.name, this.#disk.clock.now())) {
      this.#delayed.push(candidate);
      this.#delayed.sort((a, b) => (b.name.readyAt_ms ?? 0) - (a.name.readyAt_ms ?? 0));
      return;
    }
    const index = this.#ready.findLastIndex((other) => compare(other, candidate) > 0);
    this.#ready.splice(index + 1, 0, candidate);
  }

  /** Takes the best candidate; `spread` from 0 to 1 starts further down among equals, away from rivals. */
  take(spread: number): Candidate | undefined {
    this.#promote();
    const last = this.#ready.length - 1;
    const best = this.#ready[last];
    if (best === undefined || spread === 0) return this.#ready.pop();
    let equals = 0;
    while (equals < SPREAD_LIMIT && this.#ready[last - equals]?.name.priority === best.name.priority)
      equals += 1;
    const [taken] = this.#ready.splice(last - Math.floor(spread * equals), 1);
    return taken;
  }

  /** When the next delayed message is due; null when none was seen. */
  get nextReadyAt_ms(): number | null {
    return this.#delayed.at(-1)?.name.readyAt_ms ?? null;
  }

  get size(): number {
    return this.#ready.length;
  }

  /** Many may fall due together, so they are merged in one go: one by one, each would cost a move of all the others. */
  #promote(): void {
    const now = this.#disk.clock.now();
    let first = this.#delayed.length;
    for (let next = this.#delayed[first - 1]; next !== undefined && isDue(next.name, now);) {
      first -= 1;
      next = this.#delayed[first - 1];
    }
    const due = this.#delayed.splice(first);
    if (due.length > 0) this.#ready = [...this.#ready, ...due].toSorted((a, b) => compare(b, a));
  }
}

/** How far from the front a consumer with rivals may start. */
const SPREAD_LIMIT = 64;

function isDue(name: Name, now_ms: number): boolean {
  return name.readyAt_ms === null || name.readyAt_ms <= now_ms;
}

/** High priority first, then the oldest by `created_at`, then by name so that the order is total. */
function compare(a: Candidate, b: Candidate): number {
  return (
    priorityRank(a.name.priority) - priorityRank(b.name.priority) ||
    a.name.createdAt_ms - b.name.createdAt_ms ||
    (a.fileName < b.fileName ? -1 : 1)
  );
}
