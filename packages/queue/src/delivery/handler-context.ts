import { statusUpdate, type Message } from '@tapps-agents/contracts';
import type { Core } from '../core.ts';
import { QueueError } from '../errors.ts';
import type { Accepted } from './examination.ts';
import type { WorkContext } from '../handler.ts';
import type { HeldMessages } from './held-messages.ts';
import { InHand } from './in-hand.ts';
import type { LateSignal } from './late-signal.ts';
import type { SendOptions } from '../queue.ts';
import { sendMany } from '../sending/sending.ts';

/** What a handler is given besides its message. */
export class MessageContext extends InHand implements WorkContext {
  readonly #core: Core;
  readonly #held: HeldMessages;
  #steps: Map<string, Promise<unknown>> | undefined;

  readonly #ending: LateSignal;

  /** `ending` is aborted when the handler has no more say. */
  constructor(core: Core, accepted: Accepted, held: HeldMessages, ending: LateSignal) {
    super(accepted);
    this.#core = core;
    this.#held = held;
    this.#ending = ending;
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  get idempotencyKey(): string {
    const { message } = this.accepted;
    const key = message.idempotency_key ?? `${this.box.agentId}/${message.message_id}`;
    return this.run === 0 ? key : `${key}#${this.run}`;
  }

  once<T>(step: string, run: (key: string) => T | Promise<T>): Promise<T> {
    if (typeof step !== 'string' || step === '') {
      throw new QueueError('ERR_INVALID_OPTION', 'A step needs a name: once("open-pr", async (key) => ...).');
    }
    const steps = (this.#steps ??= new Map());
    let running = steps.get(step);
    if (running === undefined) {
      running = this.#runOnce(step, run);
      steps.set(step, running);
      running.catch(() => steps.delete(step)); // A step that failed may be tried again by the same handler.
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a step returned is of that step's type, by the caller's own word
    return running as Promise<T>;
  }

  send(message: Message, options: Omit<SendOptions, 'signal' | 'durability'> = {}): string {
    this.signal.throwIfAborted();
    return this.#held.hold(message, options);
  }

  async report(progress: Parameters<WorkContext['report']>[0]): Promise<void> {
    this.signal.throwIfAborted();
    const { message } = this.accepted;
    const update = statusUpdate(
      {
        agent_id: this.box.agentId,
        workflow_id: message.workflow_id,
        task_id: message.task_id,
        status: progress.status ?? 'in_progress',
        progress_percent: progress.progress_percent ?? null,
        current_step: progress.current_step ?? null,
        metadata: { causation_id: message.message_id, ...progress.metadata },
      },
      { now: () => this.#core.clock.now() },
    );
    await sendMany(this.#core, [update]);
  }

  async #runOnce<T>(step: string, run: (key: string) => T | Promise<T>): Promise<unknown> {
    const journal = this.#core.store.journal(this.box, this.accepted.message.message_id);
    const name = this.run === 0 ? step : `${step}#${this.run}`;
    const recorded = await journal.result(name);
    if (recorded !== undefined) return recorded.value;
    const value = await run(`${this.idempotencyKey}/${step}`);
    // Whoever lost the message while the step ran has no say in what its successor remembers, nor does the later of two.
    this.signal.throwIfAborted();
    await this.#core.store.renew(this.accepted.claimed);
    const earlier = await journal.result(name);
    if (earlier !== undefined) return earlier.value;
    await journal.recordResult(name, value);
    return value;
  }
}
