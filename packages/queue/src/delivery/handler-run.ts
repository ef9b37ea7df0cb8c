import type { Message } from '@tapps-agents/contracts';
import { offAbort, onAbort } from './abort-listeners.ts';
import type { Core } from '../core.ts';
import { QueueError } from '../errors.ts';
import type { Accepted } from './examination.ts';
import { MessageContext } from './handler-context.ts';
import type { WorkContext } from '../handler.ts';
import type { HeldDelivery } from './held-delivery.ts';
import type { HeldMessages } from './held-messages.ts';
import { LateSignal } from './late-signal.ts';

/** Any handler, as the consumer sees it. */
export type AnyHandler = (message: Message, context: WorkContext) => unknown;

/** How long, and until when, a handler may run. */
export interface HandlerLimits {
  readonly timeout_ms: number;
  /** Aborted when the consumer's grace is over: hand everything back. */
  readonly shutdown: AbortSignal;
}

/** What a handler came to, or what ended it before. */
export type Outcome =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'timed_out'; readonly error: QueueError }
  | { readonly kind: 'shutdown' }
  | { readonly kind: 'lost' };

/**
 * One run of a handler: over when it returns, when its time is up, when its consumer stops or its message is lost, whichever
 * comes first.
 *
 * What it waits with are its own fields, and no closures over the variables of an async function. V8 lets what such variables
 * name outlive the function, through collections of short-lived garbage (seen with Node.js 20): every message was kept for
 * some thousand others, and copied twice meanwhile.
 */
export class HandlerRun {
  readonly #core: Core;
  readonly #accepted: Accepted;
  readonly #limits: HandlerLimits;
  /** Tells the handler that it has no more say. */
  readonly #ending = new LateSignal();
  readonly #outcome: Promise<Outcome>;
  #resolve: ((outcome: Outcome) => void) | undefined;

  constructor(core: Core, accepted: Accepted, limits: HandlerLimits) {
    this.#core = core;
    this.#accepted = accepted;
    this.#limits = limits;
    this.#outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  async outcomeOf(handler: AnyHandler, held: HeldMessages, delivery: HeldDelivery): Promise<Outcome> {
    const { timeout_ms, shutdown } = this.#limits;
    const deadline = this.#core.deadlines.set(this.#timedOut, timeout_ms);
    delivery.onEnd = this.#lost;
    const listener = onAbort(shutdown, this.#shutDown);
    try {
      if (delivery.isEnded) return { kind: 'lost' };
      if (shutdown.aborted) return { kind: 'shutdown' };
      const context = new MessageContext(this.#core, this.#accepted, held, this.#ending);
      void call(handler, this.#accepted.message, context).then(this.#resolve);
      return await this.#outcome;
    } finally {
      this.#core.deadlines.callOff(deadline);
      delivery.onEnd = null;
      offAbort(shutdown, listener);
    }
  }

  readonly #timedOut = (): void => {
    const error = timeoutError(this.#accepted, this.#limits.timeout_ms);
    this.#end({ kind: 'timed_out', error }, () => error);
  };

  readonly #shutDown = (): void => this.#end({ kind: 'shutdown' }, () => this.#limits.shutdown.reason);

  readonly #lost = (reason: () => unknown): void => this.#end({ kind: 'lost' }, reason);

  #end(outcome: Outcome, reason: () => unknown): void {
    this.#resolve?.(outcome);
    this.#ending.abort(reason);
  }
}

async function call(handler: AnyHandler, message: Message, context: WorkContext): Promise<Outcome> {
  try {
    return { kind: 'returned', value: await handler(message, context) };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

function timeoutError({ message, claimed }: Accepted, timeout_ms: number): QueueError {
  return new QueueError(
    'ERR_HANDLER_TIMEOUT',
    `The handler of message ${message.message_id} did not finish within ${timeout_ms} ms. Raise the message’s timeout_seconds, or handlerTimeout (\`tapps-mq work --timeout\`), or make the task smaller.`,
    {
      messageId: message.message_id,
      agentId: claimed.entry.box.agentId,
    },
  );
}
