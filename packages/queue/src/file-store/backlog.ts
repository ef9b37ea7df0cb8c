import type { Breather } from '../breather.ts';
import type { Box } from '../stored-message.ts';
import { listDirectory, type Disk } from './disk.ts';
import { FirstNames } from './first-names.ts';
import { isForeignMessage, looksReady, parseReady, priorityRank, rankIn, type Name } from './names.ts';
import type { Share } from './rivals.ts';

/** A ready message's file, as the last listing showed it. */
export interface Candidate {
  readonly fileName: string;
  readonly name: Name;
}

/** So many ready messages are remembered, the most urgent: a box of any size fits into memory. */
const MAX_REMEMBERED = 100_000;
/** Of the delayed, and of the foreign, this part of as many. */
const REST_SHARE = 0.5;
/** How far from the front a consumer with rivals may start. */
const SPREAD_LIMIT = 64;
/** How long what is a rival's share is left to it while there is enough of one's own; then it is the next one's. */
const PATIENCE_MS = 250;
const RANKS = [0, 1, 2] as const;

/**
 * What one listing of a box showed, in the order in which it is to be claimed: high priority first, then by name, which begins
 * with the time of creation. One listing feeds many claims; it is only ever a hint about what is there, and every claim
 * is decided by a rename. Names alone are kept, and taken apart again when they are taken.
 */
export class Backlog {
  readonly #disk: Disk;
  readonly #box: Box;
  readonly #limit: number;
  /** Ready now, by priority, each with the first last. */
  #ready: string[][] = [[], [], []];
  /** What was passed over in it, because it is others' share; the first first. */
  #aside: string[][] = [[], [], []];
  /** Since when, by the monotonic clock, names are known that were passed over, and were there when the box was listed again. */
  #passedOver: ReadonlyMap<string, number> = new Map();
  /** Whether, since the listing, everything of a priority is taken as it comes, whose share it may be. */
  #takesAll: boolean[] = [false, false, false];
  /** Whether there were more of a priority than are remembered; none of what is less urgent is taken then. */
  #hasMore: boolean[] = [false, false, false];
  /** Not ready yet, by keys that sort by when they are: latest first. */
  #delayed: string[] = [];
  #hasMoreDelayed = false;
  #foreign: string[] = [];
  #hasMoreForeign = false;
  #listed = 0;

  constructor(disk: Disk, box: Box, limit = MAX_REMEMBERED) {
    this.#disk = disk;
    this.#box = box;
    this.#limit = limit;
  }

  /**
   * Lists the box anew, without the names that `skip` holds; returns which of those are still there. `accepts` null: all that is
   * ready is wanted, and no name need be taken apart.
   */
  async fill(
    skip: ReadonlySet<string>,
    accepts: ((name: Name) => boolean) | null,
    breather: Breather,
  ): Promise<Set<string>> {
    const seen = new Set<string>();
    const ready = new FirstNames(this.#limit, RANKS.length);
    const delayed = new FirstNames(Math.ceil(this.#limit * REST_SHARE));
    const foreign = new FirstNames(Math.ceil(this.#limit * REST_SHARE));
    const now = this.#disk.clock.now();
    const passedOver = this.#passedSince(this.#disk.clock.monotonic());
    let listed = 0;
    for await (const batch of listDirectory(this.#disk, this.#disk.layout.box(this.#box), 'error')) {
      listed += batch.length;
      for (const entry of batch) {
        if (entry.kind !== 'file') continue;
        if (skip.size > 0 && skip.has(entry.name)) {
          seen.add(entry.name);
          continue;
        }
        // Of a million names most come after those that are kept, and need not even be taken apart.
        const likely = rankIn(entry.name);
        if (likely !== null && ready.isBeyond(entry.name, likely)) continue;
        // Nor need the others be, before they are taken.
        if (accepts === null && likely !== null && looksReady(entry.name)) {
          ready.push(entry.name, likely);
          continue;
        }
        const name = parseReady(entry.name);
        if (name === null) {
          if (isForeignMessage(entry.name)) foreign.push(entry.name);
        } else if (accepts === null || accepts(name)) {
          if (isDue(name, now)) ready.push(entry.name, priorityRank(name.priority));
          else delayed.push(delayedKey(name, entry.name));
        }
      }
      await breather.breathe();
    }
    const byRank = ready.descending();
    this.#ready = byRank.map(({ names }) => names);
    this.#aside = [[], [], []];
    this.#passedOver = passedOver;
    this.#takesAll = [false, false, false];
    this.#hasMore = byRank.map(({ hasMore }) => hasMore);
    for (const { names, hasMore } of delayed.descending())
      [this.#delayed, this.#hasMoreDelayed] = [names, hasMore];
    for (const { names, hasMore } of foreign.descending())
      [this.#foreign, this.#hasMoreForeign] = [names, hasMore];
    this.#listed = listed;
    return seen;
  }

  #passedFor_ms(name: string): number {
    const since_ms = this.#passedOver.get(name);
    return since_ms === undefined ? 0 : this.#disk.clock.monotonic() - since_ms;
  }

  /** Since when those that were passed over, and are left, have been there for whose share they are. */
  #passedSince(now_ms: number): ReadonlyMap<string, number> {
    const since = new Map<string, number>();
    for (const names of this.#aside)
      for (const name of names) since.set(name, this.#passedOver.get(name) ?? now_ms);
    return since;
  }

  /** Takes the next outside writer's file that has no name of ours yet; undefined when there is none. */
  takeForeign(): string | undefined {
    return this.#foreign.pop();
  }

  get hasForeign(): boolean {
    return this.#foreign.length > 0;
  }

  /** Adds a file that was just given its name. */
  add(candidate: Candidate): void {
    if (!isDue(candidate.name, this.#disk.clock.now())) {
      insert(this.#delayed, delayedKey(candidate.name, candidate.fileName));
      return;
    }
    insert(this.#ready[priorityRank(candidate.name.priority)] ?? [], candidate.fileName);
  }

  /**
   * Takes the best candidate of this consumer's share, or `others` where what is most urgent has only others' left: then take one
   * of theirs, without a share. Else `spread` from 0 to 1 starts further down among equals, away from rivals. Undefined too where
   * those that are remembered of a priority are used up and there were more: they come before all that is less urgent.
   */
  take(spread: number): Candidate | undefined;
  take(spread: number, share: Share | null): Candidate | 'others' | undefined;
  take(spread: number, share: Share | null = null): Candidate | 'others' | undefined {
    this.#promote();
    for (;;) {
      const fileName = this.#takeName(spread, share);
      if (fileName === undefined) return undefined;
      if (fileName === null) return 'others';
      const name = parseReady(fileName);
      if (name !== null) return { fileName, name };
      // It only looked like one of ours.
      if (isForeignMessage(fileName)) this.#foreign.push(fileName);
    }
  }

  /** Null for others'. */
  #takeName(spread: number, share: Share | null): string | null | undefined {
    for (const rank of RANKS) {
      const ready = this.#ready[rank] ?? [];
      const aside = this.#aside[rank] ?? [];
      if (share !== null && this.#takesAll[rank] !== true) {
        for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
          if (share(name) * PATIENCE_MS <= this.#passedFor_ms(name)) return name;
          aside.push(name);
        }
        if (aside.length > 0) return null;
      } else if (aside.length > 0) {
        this.#ready[rank] = [...ready, ...aside].toSorted(descending);
        this.#aside[rank] = [];
        this.#takesAll[rank] = true;
        return this.#takeName(spread, null);
      }
      if (ready.length === 0) {
        if (this.#hasMore[rank] === true) return undefined;
        continue;
      }
      const equals = Math.min(SPREAD_LIMIT, ready.length);
      const index = ready.length - 1 - Math.floor(spread * equals);
      const [taken] = index === ready.length - 1 ? [ready.pop()] : ready.splice(index, 1);
      return taken;
    }
    return undefined;
  }

  /** When the next delayed message is due; null when none was seen. */
  get nextReadyAt_ms(): number | null {
    const next = this.#delayed.at(-1);
    return next === undefined ? null : readyAtOf(next);
  }

  /** Whether others' share is taken too, since the listing. */
  get isForAll(): boolean {
    return this.#takesAll.includes(true);
  }

  /** How many names of any kind the last listing showed. */
  get listed(): number {
    return this.#listed;
  }

  /** How many are ready, of those that are remembered. */
  get size(): number {
    let size = 0;
    for (const rank of RANKS) size += (this.#ready[rank]?.length ?? 0) + (this.#aside[rank]?.length ?? 0);
    return size;
  }

  /** Whether what is remembered of some kind is used up while the listing showed more of it: only another listing can tell. */
  get isCut(): boolean {
    // What is less urgent may be left out altogether, which matters when it would be its turn.
    const next = RANKS.find(
      (rank) =>
        this.#hasMore[rank] === true || this.#ready[rank]?.length !== 0 || this.#aside[rank]?.length !== 0,
    );
    const isReadyCut =
      next !== undefined && this.#ready[next]?.length === 0 && this.#aside[next]?.length === 0;
    return (
      isReadyCut ||
      (this.#hasMoreDelayed && this.#delayed.length === 0) ||
      (this.#hasMoreForeign && this.#foreign.length === 0)
    );
  }

  /** Many may fall due together, so they are merged in one go: one by one, each would cost a move of all the others. */
  #promote(): void {
    if (this.#delayed.length === 0) return;
    const now = this.#disk.clock.now();
    let first = this.#delayed.length;
    for (let next = this.#delayed[first - 1]; next !== undefined && readyAtOf(next) <= now;) {
      first -= 1;
      next = this.#delayed[first - 1];
    }
    const due = this.#delayed.splice(first).flatMap((key) => candidateOf(key.slice(DELAYED_DIGITS)) ?? []);
    for (const rank of RANKS) {
      const names = due.filter(({ name }) => priorityRank(name.priority) === rank);
      if (names.length === 0) continue;
      const all = [...(this.#ready[rank] ?? []), ...names.map(({ fileName }) => fileName)];
      this.#ready[rank] = all.toSorted(descending);
    }
  }
}

/** Of a time in front of a name, so that names sort by it. */
const DELAYED_DIGITS = 13;

function delayedKey(name: Name, fileName: string): string {
  return String(name.readyAt_ms ?? 0).padStart(DELAYED_DIGITS, '0') + fileName;
}

function readyAtOf(key: string): number {
  return Number(key.slice(0, DELAYED_DIGITS));
}

/** Puts a name where it belongs among those that are in order, the first last. */
function insert(names: string[], name: string): void {
  const index = names.findLastIndex((other) => other > name);
  names.splice(index + 1, 0, name);
}

function candidateOf(fileName: string): Candidate | undefined {
  const name = parseReady(fileName);
  return name === null ? undefined : { fileName, name };
}

function descending(one: string, other: string): number {
  return one < other ? 1 : one > other ? -1 : 0;
}

function isDue(name: Name, now_ms: number): boolean {
  return name.readyAt_ms === null || name.readyAt_ms <= now_ms;
}
