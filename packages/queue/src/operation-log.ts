import type { Durability } from '@tapps-agents/fs-atomic';

/** That an operation which was interrupted was gone on with. */
export interface Resumption {
  /** Who, for people. */
  readonly by: string;
  readonly at: string;
  /** So many of its set were known to be done then. */
  readonly done: number;
  /** False where whoever was at it before may have done a few more than that, as of one that was killed. */
  readonly isExact: boolean;
}

/** What an operator did, or is doing, to many messages. */
export interface OperationRecord {
  /** Sorts by when it began. */
  readonly id: string;
  readonly kind: 'replay' | 'purge';
  /** Who, for people: `ann@build-3 pid 4711`. */
  readonly by: string;
  readonly startedAt: string;
  /** Null: it is under way, or was interrupted. */
  readonly endedAt: string | null;
  /** What was asked for, as JSON. */
  readonly asked: Readonly<Record<string, unknown>>;
  /** How many messages are in its set, which was fixed before anything was done. */
  readonly total: number;
  /** How many parts the set has. */
  readonly parts: number;
  /** The first of the set that is not known to be done. `isExact`: nor is it done, as whoever was at it left it by itself. */
  readonly next: { readonly part: number; readonly index: number; readonly isExact?: boolean };
  /** What became of those that are done: how many, by outcome. */
  readonly tally: Readonly<Record<string, number>>;
  /**
   * Whether somebody is at it now. As it is saved: true by the process that is, false when it leaves it. As it is read: true where that
   * process certainly runs, false where it has left or certainly does not; missing where nobody can tell.
   */
  readonly atWork?: boolean;
  /** Who went on with it after it had been interrupted, the oldest first; of many the last twenty. Missing: nobody. */
  readonly resumptions?: readonly Resumption[];
  /** How many resumptions there were before those. */
  readonly forgottenResumptions?: number;
}

/** What a part of a set has about a message. */
export interface PartAbout {
  /** How many items the part has. */
  readonly length: number;
  /** Those that may be about the message, and where in the part they are. */
  readonly found: readonly { readonly index: number; readonly item: unknown }[];
}

/** The memory of what operators did: a record of each, and its fixed set in parts. */
export interface OperationLog {
  /** A new id. */
  newId(): string;
  /** Adds a part of a set, durably; parts are numbered from 0. */
  savePart(id: string, part: number, items: readonly unknown[]): Promise<void>;
  /** The items of a part as they were saved. Rejects with `ERR_NOT_FOUND` where it is missing or damaged. */
  part(id: string, part: number): Promise<readonly unknown[]>;
  /** As `part`, but only the items that may be about the message of this id, told by a look at the text; others may be among them. */
  partAbout(id: string, part: number, messageId: string): Promise<PartAbout>;
  /** Writes a record, or replaces it. */
  save(record: OperationRecord, durability: Durability): Promise<void>;
  /** Undefined where there is none, or it is damaged. */
  read(id: string): Promise<OperationRecord | undefined>;
  /** The newest first. */
  list(): AsyncIterable<OperationRecord>;
}
