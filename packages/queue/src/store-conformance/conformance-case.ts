import type { Store } from '../store.ts';

/** One promise of the store's port, as a program that fails when an engine breaks it. */
export interface ConformanceCase {
  /** What is promised, as a sentence. */
  readonly name: string;
  /** Rejects when the promise is broken. Needs data of its own: nothing may be left from another case. */
  run(context: ConformanceContext): Promise<void>;
}

/** What an engine hands to a case. */
export interface ConformanceContext {
  /**
   * Opens a store on this case's data. Each call gives another, independent store, as another process would have
   * it. Whoever runs the case closes them afterwards; closing one twice must be harmless.
   */
  readonly open: (options?: ConformanceStoreOptions) => Promise<Store>;
  /** The time of the stores. It should start at the present: engines may stamp what they keep by other clocks, too. */
  readonly clock: ConformanceClock;
}

/** How a case wants a store to be opened. */
export interface ConformanceStoreOptions {
  /** Whom its leases name; default `tester`. */
  readonly agentId?: string;
  /** Default 30,000. */
  readonly lease_ms?: number;
  /** The most bytes of a message that the store reads; default 1 MiB. */
  readonly maxMessageBytes?: number;
  /** Message types that the store's user knows, beside the built-in ones. */
  readonly messageTypes?: readonly string[];
  /** True: for this store no time passes and no heartbeat comes, as in a process that was stopped. */
  readonly asleep?: boolean;
}

/** A clock that moves only when the case moves it; both wall and monotonic time. */
export interface ConformanceClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Moves time on, and lets what is due by then happen. */
  advance(by_ms: number): Promise<void>;
}
