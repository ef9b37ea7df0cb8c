import type {
  Message,
  MessageDefinition,
  StatusUpdate,
  TaskAssignment,
  TaskComplete,
} from '@tapps-agents/contracts';
import type { Clock, Durability, FileSystem } from '@tapps-agents/fs-atomic';
import type { Duration } from './duration.ts';
import type { QueueEvents } from './events.ts';
import type { CollectHandlers, TaskResult, WorkHandlers } from './handler.ts';
import type { Operations } from './operations.ts';
import type { Store } from './store.ts';
import type { Box, Counters } from './stored-message.ts';

/** How deliveries are tried again where a message has no `retry_policy` of its own. */
export interface RetryDefaults {
  /** Default 1 s. */
  readonly backoff?: Duration;
  /** Default 2. */
  readonly multiplier?: number;
  /** Default 5 min. */
  readonly maxBackoff?: Duration;
  /**
   * Default 5. After this many deliveries that ended neither in an acknowledgement nor in a hand-back without blame
   * the message is quarantined, whatever its own policy says: crashes count too.
   */
  readonly maxDeliveries?: number;
}

/** What is removed by itself, and how often. */
export interface RetentionOptions {
  /** Ledger entries older than this go. Default 7 days. A duplicate that comes later is handled again. */
  readonly processedMaxAge?: Duration | null;
  /** Of the ledger entries of one box only this many of the youngest stay. Default 100,000. */
  readonly processedMaxCount?: number | null;
  /** Default null: dead letters are never removed by themselves. */
  readonly deadMaxAge?: Duration | null;
  /** Default 5 min. */
  readonly interval?: Duration;
}

/** Options of `openQueue`. */
export interface OpenQueueOptions<Definitions extends readonly MessageDefinition[] = readonly []> {
  /** The messages directory, e.g. `.tapps-agents/messages`. Created (with its `.gitignore`) where it is missing. */
  readonly root: string;
  /** Who is speaking. Needed for `work`, `receive` and `request`; default `operator`. */
  readonly agent?: string;
  /** The user's own message types, made with `defineMessage`. */
  readonly messages?: Definitions;
  /** Default true: make the directory when it is missing. With false, a missing one is an error. */
  readonly create?: boolean;
  /** Overrides the default of `full` for task messages and `none` for status updates. */
  readonly durability?: Durability;
  /** Durability of acknowledgements. Default `none`: after a power loss a finished message may be handled again. */
  readonly ackDurability?: Durability;
  /** How long a silent process keeps its messages. Default 30 s; from 1 s. */
  readonly lease?: Duration;
  readonly retry?: RetryDefaults;
  /** False: this process never removes anything by itself. */
  readonly retention?: RetentionOptions | false;
  /** Longest pause between two looks at a box when no hint arrives. Default 250 ms. */
  readonly pollInterval?: Duration;
  /** Closes the queue when aborted. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly fileSystem?: FileSystem;
  /** Random numbers from 0 to 1, for jitter. Tests hand in their own. */
  readonly random?: () => number;
  /**
   * `owner`: directories 0700, files 0600; `group`: 0770 and 0660, whatever the umask. Default: as the directory was made, and
   * `owner` for a new one.
   */
  readonly access?: 'owner' | 'group';
}

/** Options of `send`. */
export interface SendOptions {
  /** The inbox to send to. Default: `assigned_to`, else `agent_id` for task assignments; the sender's outbox for the rest. */
  readonly to?: string;
  /** Not to be handled before this time has passed. */
  readonly delay?: Duration;
  /** Not to be handled once this time has passed: it is quarantined as `expired` instead. */
  readonly ttl?: Duration;
  readonly durability?: Durability;
  /** Register the recipient if it is unknown, rather than fail. */
  readonly register?: boolean;
  readonly signal?: AbortSignal;
}

/** What `send` promises: the message is in its box, at this durability. */
export interface SendResult {
  /** `delayed`: in the box, but not ready yet. */
  readonly status: 'queued' | 'delayed';
  readonly messageId: string;
  /** The level actually reached. */
  readonly durability: Durability;
  readonly box: Box;
}

/** Options of `work` and `collect`. */
export interface ConsumeOptions {
  /** Messages handled at once. Default 1; at most 1,000. */
  readonly concurrency?: number;
  /** A handler that takes longer is aborted, and the message is handed back. Default 1 h; `timeout_seconds` is used where shorter. */
  readonly handlerTimeout?: Duration;
  /** Stops consuming, gracefully, when aborted. */
  readonly signal?: AbortSignal;
  /** Stop by itself once the boxes have been seen empty, nothing is delayed and nothing is in hand. Default false. */
  readonly untilEmpty?: boolean;
  /** Stop by itself after this many messages were settled. */
  readonly limit?: number;
}

/** Options of `work`. */
export interface WorkOptions extends ConsumeOptions {
  /** Overrides the queue's lease for this process's session, if it is the first to need one. */
  readonly lease?: Duration;
}

/** Options of `collect`. */
export interface CollectOptions extends ConsumeOptions {
  /** Only messages of this workflow; those of others are left alone. */
  readonly workflow_id?: string;
  /** Only the outboxes of these agents. Default: all, new ones too. */
  readonly agents?: readonly string[];
}

/** Something that consumes until it is stopped. */
export interface Consumer extends AsyncDisposable {
  /** Settles when consuming has ended; rejects with the error that ended it. */
  readonly done: Promise<void>;
  /**
   * Stops claiming, lets handlers finish for `grace` (default 25 s), then aborts them and hands their messages back.
   */
  stop(options?: { readonly grace?: Duration }): Promise<void>;
}

/** Options of `receive`. */
export interface ReceiveOptions {
  readonly signal?: AbortSignal;
  /** A delivery that is neither settled nor renewed within this time goes back. Default: the queue's lease. */
  readonly lease?: Duration;
  /** Only these types. */
  readonly types?: readonly string[];
  /** End when the box is empty instead of waiting. */
  readonly untilEmpty?: boolean;
  /**
   * Default false. True: a delivery outlives this process. It waits until its lease is over for whoever has its `entryId` (see
   * `Queue.delivery`), and closing the queue does not hand it back. Its lease is at least 1 s.
   */
  readonly detached?: boolean;
  /**
   * From the outbox of this agent instead of the own inbox: what `collect` does, one by one. `next` rejects with `ERR_UNKNOWN_AGENT` for
   * one that nobody registered and that never wrote anything.
   */
  readonly outboxOf?: string;
}

/**
 * One message in hand, to be settled by exactly one of `ack`, `retry`, `reject`, `snooze`; once. Where that fails, `signal` tells
 * whether another try makes sense: while it is not aborted, the message is in hand as before. Once it is, the lease was lost, or the
 * message is settled and only the flush of that failed, as the error says.
 */
export interface Delivery<M extends Message = Message> extends Counters {
  readonly message: M;
  readonly box: Box;
  /** Names this delivery: unique, never reused. Of a detached one it is the handle for `Queue.delivery`. */
  readonly entryId: string;
  /** Aborted when the lease ended. */
  readonly signal: AbortSignal;
  /** Finishes the message; with `publish`, these messages become visible with it. */
  ack(options?: { readonly publish?: readonly Message[] }): Promise<void>;
  /**
   * Finishes the message; for a task, its `task_complete` with these results becomes visible with it, as when a handler of
   * `work` returns them. Rejects with a MessageError where they are no results; then the delivery is still in hand.
   */
  complete(results?: TaskResult): Promise<void>;
  /** Counts a failure and hands it back, after `delay` (default: by the retry policy); quarantines it when it has failed too often. */
  retry(options?: { readonly delay?: Duration; readonly error?: unknown }): Promise<void>;
  /** Quarantines it. */
  reject(reason: string): Promise<void>;
  /** Hands it back for later, without blame. */
  snooze(delay: Duration): Promise<void>;
  /** Starts the lease anew; that of a delivery taken elsewhere lasts as long as the queue's, unless said otherwise. */
  renew(lease?: Duration): Promise<void>;
}

/** Every message that the queue reads: the three of the contract and the user's own. */
export type AnyMessage<Definitions extends readonly MessageDefinition[]> =
  | TaskAssignment
  | StatusUpdate
  | TaskComplete
  | (Definitions[number] extends MessageDefinition<infer M> ? M : never);

/**
 * An open messages directory. Delivery is at least once; handling is once per `message_id` and recipient as long as
 * a handler finishes and the ledger keeps the id. All methods reject with QueueError, FsAtomicError or MessageError.
 */
export interface Queue<
  Definitions extends readonly MessageDefinition[] = readonly [],
> extends AsyncDisposable {
  readonly agent: string;
  readonly root: string;
  readonly events: QueueEvents;
  /** Inspection and repair: what operators do. */
  readonly operations: Operations;
  /** The engine, for those who test or extend it. */
  readonly store: Store;

  /** Makes an agent known, so that it can be sent to. True if it was not known. */
  registerAgent(agentId: string): Promise<boolean>;
  /** The registered agents, sorted. One whose name cannot be read is left out, and reported as an `error` event. */
  agents(): Promise<readonly string[]>;
  /** Puts a message into its box. Rejects for an agent nobody has registered, naming the nearest. */
  send(message: Message, options?: SendOptions): Promise<SendResult>;
  /**
   * The same for many at once, which is several times cheaper for durable messages. Those of equal durability go together, the most durable
   * first: where some cannot be put in place, or it is called off, those before them are sent: `sent` events tell, and `published` of an error of the
   * file system.
   */
  sendMany(messages: readonly Message[], options?: SendOptions): Promise<readonly SendResult[]>;
  /**
   * Sends a task and waits for its `task_complete`, which is then finished. One that somebody else took and gave up lies in the
   * DLQ: it comes when it is replayed, and until then this waits, as long as `timeout` says (default ten minutes).
   */
  request(
    message: TaskAssignment,
    options?: SendOptions & { readonly timeout?: Duration },
  ): Promise<TaskComplete>;
  /** Handles what arrives in this agent's inbox. */
  work(handlers: WorkHandlers<Definitions>, options?: WorkOptions): Consumer;
  /** Handles what agents write to their outboxes. */
  collect(handlers: CollectHandlers<Definitions>, options?: CollectOptions): Consumer;
  /**
   * Takes messages from this agent's inbox one by one, by hand. One of which no more is wanted may be ended (`return`, or the end of
   * its loop), or just be left: what it watches and remembers is let go of after some seconds.
   */
  receive(
    options?: ReceiveOptions,
  ): AsyncIterableIterator<Delivery<AnyMessage<Definitions>>> & AsyncDisposable;
  /**
   * A delivery that was received with `detached`, here or in any other process, to be settled or renewed by its `entryId`.
   * Rejects with `ERR_LEASE_LOST` when it is no longer held: settled before, or taken back after its lease. Of several that
   * settle one delivery, one succeeds.
   */
  delivery(entryId: string): Promise<Delivery<AnyMessage<Definitions>>>;
  /**
   * Stops what this queue started and hands back what is not finished within `grace` (default 25 s). When it rejects, the
   * queue takes nothing more, and `close` may be called again.
   */
  close(options?: { readonly grace?: Duration }): Promise<void>;
}
