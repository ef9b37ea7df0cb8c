import type { Peers } from './peers.ts';
import type { Place, Site } from './place.ts';
import type { Floor } from './programs.ts';
import type { RowResult } from './result.ts';

/** How much the rows do. */
export interface Sizes {
  readonly rounds: number;
  readonly messages: number;
  /** Boxes of so many messages, for what must not grow with them. */
  readonly backlogs: readonly number[];
  /** What was drained, what the ledger has, what a cold start finds, what retention removes. */
  readonly many: number;
  /** Messages through one worker, for its memory. */
  readonly through: number;
  readonly wakes: number;
  /** Numbers of consumer processes, the first of them 1, and how often each is tried. */
  readonly consumers: readonly number[];
  readonly consumerRounds: number;
  readonly idle_s: number;
}

/** What a row has to work with. */
export interface Context {
  readonly place: Place;
  readonly sizes: Sizes;
  readonly floor: Floor;
  readonly peers: Peers | null;
  /** Says why something cannot be measured; it is printed with the table. */
  lacks(what: string, why: string): void;
  /** An empty directory for this row, gone when it ends. */
  site(files: number): Promise<Site>;
}

/** One row, or a few that are measured together. */
export interface Row {
  readonly name: string;
  /** On a disk alone: in memory its figure means nothing. */
  readonly diskOnly: boolean;
  /** No file system has to do with it: it is measured one time, wherever that is. */
  readonly once?: true;
  run(context: Context): Promise<readonly RowResult[]>;
}
