import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Child } from './child-process.ts';
import type { Timing } from './operation.ts';
import { reasonIn } from './wording.ts';

/** One of those that are compared: how its process is started, and how much it has to do. */
export interface Entrant {
  readonly name: string;
  /** Starts its process in a directory of its own. */
  start(directory: string): Child;
  /** Whether messages must be put in before they are measured. */
  readonly fills: boolean;
  /** Messages that are there from the beginning, and stay: each round puts in what it takes out. */
  readonly backlog?: number;
  /** How many messages a slice has, however long that takes; else as many as fit into a slice's time. */
  readonly slice?: number;
  /** Finished messages that the ledger has from the beginning. */
  readonly remembered?: number;
  /**
   * Told why it is out where it fails. Left out where it has all that it needs here: then something is broken, and the contest fails
   * with it.
   */
  readonly excused?: (why: string) => void;
}

/** Microseconds for one message, round by round. */
export interface Standings {
  readonly name: string;
  readonly slice: number;
  readonly cost_us: readonly number[];
  readonly processor_us: readonly number[];
  /** How often the box was listed in each round, where that is counted. */
  readonly listings: readonly number[];
}

/** How much each does. */
export interface Amounts {
  readonly rounds: number;
  readonly messages: number;
  /** A slice has so many messages, or a multiple: what goes in batches is not to end in a half one. */
  readonly multiple?: number;
  /** So many messages, or as many as a slice has, begin each turn and are not measured: default none. */
  readonly lead?: number;
}

/** How long one slice may take, so that what disturbs the machine disturbs everyone alike. */
const SLICE_MS = 120;
/**
 * How much each gets warm (its code compiled, its directories made): so many times what is measured, and for so long at most. Of
 * this queue the first thousands of messages cost up to five times as much as the ten thousandth.
 */
export const WARM_FACTOR = 3;
const WARM_MS = 6_000;
/** How long putting messages in may take in all rounds, for those that need seconds for what others do at once. */
const FILL_MS = 15_000;

/**
 * Lets all entrants do the same, in turns: A B C, B C A, C A B … each in a process of its own that stays, so that its code is
 * compiled. One that fails and is excused is out, and the others go on; rejects where any other fails.
 */
export async function contest(
  directory: string,
  entrants: readonly Entrant[],
  options: Amounts,
): Promise<readonly Standings[]> {
  const running: Running[] = [];
  try {
    for (const [index, entrant] of entrants.entries()) {
      const place = join(directory, String(index));
      mkdirSync(place);
      const child = entrant.start(place);
      try {
        running.push(await begin(entrant, child, options));
      } catch (error) {
        await child.end();
        excuse(entrant, error);
      }
    }
    for (let round = 0; round < options.rounds; round += 1) {
      for (let turn = 0; turn < running.length; turn += 1) {
        const one = running[(round + turn) % running.length];
        if (one === undefined || one.failed) continue;
        try {
          await takeTurn(one);
        } catch (error) {
          one.failed = true;
          excuse(one.entrant, error);
        }
      }
    }
    return running
      .filter(({ failed }) => !failed)
      .map(({ entrant, slice, cost_us, processor_us, listings }) => ({
        name: entrant.name,
        slice,
        cost_us,
        processor_us,
        listings,
      }));
  } finally {
    for (const { child } of running) await child.end();
  }
}

function excuse({ name, excused }: Entrant, error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  if (excused === undefined) throw new Error(`"${name}" failed: ${reasonIn(why)}`, { cause: error });
  excused(why);
}

interface Running {
  readonly entrant: Entrant;
  readonly child: Child;
  readonly slice: number;
  readonly lead: number;
  readonly cost_us: number[];
  readonly processor_us: number[];
  readonly listings: number[];
  failed: boolean;
}

/**
 * Gets one warm, finds out how much it can do in a slice, and puts in what the first one will take out. Each round puts in what the
 * next one takes, so that nobody has to find its way anew, after a pause, through what others will need much later.
 */
async function begin(
  entrant: Entrant,
  child: Child,
  { rounds, messages, multiple = 1, lead = 0 }: Amounts,
): Promise<Running> {
  if (entrant.remembered !== undefined) await child.ask('remember', entrant.remembered);
  if (entrant.backlog !== undefined) await child.ask('fill', entrant.backlog);
  const whole = (count: number): number => Math.max(1, Math.floor(count / multiple)) * multiple;
  const wanted = entrant.slice ?? whole(messages / rounds);
  const cost_us = await warmUp(child, entrant.fills, wanted, messages);
  const most = entrant.slice ?? Math.min(wanted, whole((SLICE_MS * 1_000) / cost_us));
  const fillsNow = entrant.fills && entrant.backlog === undefined;
  const inTurn = most + Math.min(lead, most);
  const filled = fillsNow ? await fill(child, inTurn, FILL_MS / rounds) : inTurn;
  const led = Math.min(lead, Math.floor(filled / 2)); // Of one that could not fill as many in time, too.
  return {
    entrant,
    child,
    slice: filled - led,
    lead: led,
    cost_us: [],
    processor_us: [],
    listings: [],
    failed: false,
  };
}

/** Gets a child warm that is to do `messages`, so many in a slice; returns the least that one took it, in microseconds. */
export async function warmUp(
  child: Child,
  fills: boolean,
  wanted: number,
  messages: number,
): Promise<number> {
  let cost_us = Number.POSITIVE_INFINITY;
  let began_ms: number | undefined;
  for (
    let warm = 0, batch = Math.min(wanted, 8);
    warm < messages * WARM_FACTOR;
    warm += batch, batch = Math.min(wanted, batch * 2)
  ) {
    if (fills) await child.ask('fill', batch);
    const timing = await child.ask<Timing>('run', batch);
    cost_us = Math.min(cost_us, timing.wall_us / batch);
    // The first has to open the queue and to find what there is, which may take as long as all else.
    began_ms ??= performance.now();
    if (performance.now() - began_ms > WARM_MS) break;
  }
  return cost_us;
}

/** Puts in so many, or as many as it can in this time; at least one. */
async function fill(child: Child, count: number, limit_ms: number): Promise<number> {
  const began_ms = performance.now();
  let filled = 0;
  while (filled === 0 || (filled < count && performance.now() - began_ms < limit_ms)) {
    const batch = Math.min(count - filled, 64);
    await child.ask('fill', batch);
    filled += batch;
  }
  return filled;
}

async function takeTurn(one: Running): Promise<void> {
  const { entrant, child, slice, lead, cost_us, processor_us, listings } = one;
  if (lead > 0) await child.ask('run', lead);
  const timing = await child.ask<Timing>('run', slice);
  cost_us.push(timing.wall_us / slice);
  processor_us.push(timing.processor_us / slice);
  listings.push(timing.listings ?? 0);
  if (entrant.fills) await child.ask('fill', lead + slice);
}
