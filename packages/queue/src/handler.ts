import type {
  Message,
  MessageDefinition,
  StatusUpdate,
  TaskAssignment,
  TaskComplete,
} from '@tapps-agents/contracts';
import { toMilliseconds, type Duration } from './duration.ts';
import type { SendOptions } from './queue.ts';
import type { Box, Counters } from './stored-message.ts';

/** What a handler may return instead of a result, to say what is to become of its message. */
export type Verdict =
  | { readonly verdict: 'retry'; readonly delay: Duration | null; readonly reason: string }
  | { readonly verdict: 'reject'; readonly reason: string }
  | { readonly verdict: 'snooze'; readonly delay: Duration };

/** `return retry('rate limited', { delay: '10s' })`: counts a failure and tries again later. Throws for a delay that is none. */
export function retry(reason: string, options: { readonly delay?: Duration } = {}): Verdict {
  if (options.delay !== undefined) toMilliseconds(options.delay, 'delay');
  return { verdict: 'retry', delay: options.delay ?? null, reason };
}

/** `return reject('no such file')`: trying again is useless; the message goes to the dead letters with this reason. */
export function reject(reason: string): Verdict {
  return { verdict: 'reject', reason };
}

/** `return snooze('5m')`: not now; comes back later, and no failure is counted. Throws for a delay that is none. */
export function snooze(delay: Duration): Verdict {
  toMilliseconds(delay, 'delay');
  return { verdict: 'snooze', delay };
}

/** What a task's handler returns to complete it: the `results` of its `task_complete`, in part or whole. */
export type TaskResult = Partial<TaskComplete['results']>;

/** What a handler is told and given besides its message. */
export interface HandlerContext extends Counters {
  /** Whose box the message came from. */
  readonly box: Box;
  /**
   * Aborted when the handler should stop: time is up, the lease was lost, or the process shuts down. Where time is up, its
   * reason is the `QueueError` `ERR_HANDLER_TIMEOUT` that becomes the failure of this delivery: what a listener adds to the
   * error's message, before it returns, is kept in the history.
   */
  readonly signal: AbortSignal;
  /** The key to hand to systems that take one: the message's own, else derived from its id and recipient. */
  readonly idempotencyKey: string;
  /**
   * Runs a step and remembers its result (a JSON value) with the message, so that a later delivery gets the
   * result instead of running the step again. A crash between the step and its record runs it again: hand `key`
   * to the other system so that it can tell.
   */
  once<T>(step: string, run: (key: string) => T | Promise<T>): Promise<T>;
  /**
   * Holds a message back and publishes it together with the acknowledgement, under an id derived from this
   * message's id and the order of the calls, which it returns: a crash sends the same id again, not another one.
   */
  send(message: Message, options?: Omit<SendOptions, 'signal' | 'durability'>): string;
}

/** The context of a worker's handler, which can report progress. */
export interface WorkContext extends HandlerContext {
  /** Writes a status update for this task to the outbox, at once. */
  report(
    progress: Partial<Pick<StatusUpdate, 'status' | 'progress_percent' | 'current_step' | 'metadata'>>,
  ): Promise<void>;
}

type Awaitable<T> = T | Promise<T>;

/** Completes a task with its results; throws to have it tried again. */
export type TaskHandler = (
  message: TaskAssignment,
  context: WorkContext,
) => Awaitable<TaskResult | Verdict | void>;

/** Finishes a message by returning; throws to have it tried again. */
export type MessageHandler<M extends Message, C extends HandlerContext> = (
  message: M,
  context: C,
) => Awaitable<Verdict | void>;

type Custom<Definitions extends readonly MessageDefinition[], C extends HandlerContext> = {
  readonly [D in Definitions[number] as D['type']]?: D extends MessageDefinition<infer M>
    ? MessageHandler<M, C>
    : never;
};

/** A handler per message type. Types without one are left for others, and announced as `unhandled`. */
export type WorkHandlers<Definitions extends readonly MessageDefinition[] = readonly []> = {
  readonly task_assignment?: TaskHandler;
  readonly status_update?: MessageHandler<StatusUpdate, WorkContext>;
  readonly task_complete?: MessageHandler<TaskComplete, WorkContext>;
} & Custom<Definitions, WorkContext>;

/** A handler per message type, for what agents report. */
export type CollectHandlers<Definitions extends readonly MessageDefinition[] = readonly []> = {
  readonly status_update?: MessageHandler<StatusUpdate, HandlerContext>;
  readonly task_complete?: MessageHandler<TaskComplete, HandlerContext>;
} & Custom<Definitions, HandlerContext>;
