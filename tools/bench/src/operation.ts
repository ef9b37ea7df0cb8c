/** What is measured of every subject that can do it, one slice of messages after the other. */
export const operationNames = [
  'send',
  'send_many',
  'send_durable',
  'send_concurrently',
  'receive',
  'work',
] as const;

/**
 * `send`: one at a time, not flushed. `send_many`: 64 in one call, not flushed. `send_durable`: one at a time, flushed.
 * `send_concurrently`: 64 callers at once, each durable. `receive`: one at a time, with all that finishing it takes.
 * `work`: through the subject's own worker, up to 8 at once.
 */
export type OperationName = (typeof operationNames)[number];

/** How many messages `send_many` and `send_concurrently` have in hand at once. */
export const BATCH = 64;

/** One way to do an operation. */
export interface Operation {
  /** Puts so many messages in, not measured; for operations that take them out. */
  fill?(count: number): Promise<void>;
  /** Gets the next `run` ready, not measured: builds the messages that it is to send. */
  ready?(count: number): Promise<void> | void;
  /** What is measured. */
  run(count: number): Promise<void> | void;
}

/** Something that is measured, opened in a directory of its own. */
export interface Subject {
  readonly operations: Partial<Record<OperationName, Operation>>;
  close(): Promise<void> | void;
}

/** What a child answers to a command that has nothing else to say. */
export interface Timing {
  readonly count: number;
  readonly wall_us: number;
  /** Of all threads of the process. */
  readonly processor_us: number;
  /** How often the box was listed meanwhile, where that is counted. */
  readonly listings?: number;
}
