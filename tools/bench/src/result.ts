import type { Spread } from './statistics.ts';
import type { Standing } from './subjects.ts';
import type { Verdict } from './verdict.ts';

/** One subject in one row. */
export interface Measured {
  readonly subject: string;
  readonly standing: Standing;
  readonly durable: boolean;
  /** Microseconds for one message, over the rounds. */
  readonly cost_us: Spread;
  /** Processor time for one message, of all threads. */
  readonly processor_us: number;
  /** Its cost over that of the bare node calls in the same round, by the clock; null where those were not measured. */
  readonly ratio: Spread | null;
  /** The same by processor time. */
  readonly processorRatio: Spread | null;
  /** How many messages a round had. */
  readonly slice: number;
}

/** A line of points for the plots; x is what the cost is plotted against. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: Spread }[];
}

/** What one row says of one place. */
export interface RowResult {
  readonly row: string;
  readonly title: string;
  /** The file system, in a word. */
  readonly place: string;
  readonly target: string;
  /** What was measured, in the words of the target. */
  readonly figure: string;
  readonly verdict: Verdict;
  /** What more there is to know, or why nothing is known. */
  readonly note: string;
  readonly measured: readonly Measured[];
  readonly series: readonly Series[];
  /** Single figures by name, units in the names. */
  readonly figures: Readonly<Record<string, number>>;
}

/** A result with nothing but what is given. */
export function resultOf(
  known: Pick<RowResult, 'row' | 'title' | 'place' | 'target' | 'figure' | 'verdict'> & Partial<RowResult>,
): RowResult {
  return { note: '', measured: [], series: [], figures: {}, ...known };
}
