import { setMaxListeners } from 'node:events';
import type { Message, MessageDefinition, TaskAssignment, TaskComplete } from '@tapps-agents/contracts';
import { checkAgentId } from './agent-id.ts';
import { attachedDelivery } from './delivery/attached-delivery.ts';
import { collect } from './consuming/collect.ts';
import { inspect, inspectAgent } from './operating/boxes-inspecting.ts';
import type { Core } from './core.ts';
import { toMilliseconds, type Duration } from './duration.ts';
import { QueueError } from './errors.ts';
import type { QueueEvents } from './events.ts';
import type { CollectHandlers, WorkHandlers } from './handler.ts';
import { deadLetters, find } from './operating/inspecting.ts';
import { DEFAULT_GRACE_MS } from './limits.ts';
import { Maintenance } from './retaining/maintenance.ts';
import type { Operations } from './operations.ts';
import type {
  AnyMessage,
  CollectOptions,
  Consumer,
  Delivery,
  Queue,
  ReceiveOptions,
  SendOptions,
  SendResult,
  WorkOptions,
} from './queue.ts';
import {
  checkOptionNames,
  COLLECT_OPTIONS,
  DIAGNOSE_OPTIONS,
  RECEIVE_OPTIONS,
  REQUEST_OPTIONS,
  SEND_OPTIONS,
  WORK_OPTIONS,
} from './option-names.ts';
import { logged } from './operating/operation-set.ts';
import { operationsAbout } from './operating/operations-about.ts';
import { purge } from './operating/purging.ts';
import { retain } from './retaining/retaining.ts';
import { Receiver, type Keeper } from './consuming/receive.ts';
import { operationRecords } from './operating/replayed-before.ts';
import { replay, resumeReplay } from './operating/replaying.ts';
import { request } from './requesting/request.ts';
import { send, sendMany } from './sending/sending.ts';
import type { Store } from './store.ts';
import { work } from './consuming/work.ts';

/** An open queue: hands each call to the part that does it, and ends what it started. */
export class OpenQueue<Definitions extends readonly MessageDefinition[]> implements Queue<Definitions> {
  readonly operations: Operations;
  readonly #core: Core;
  readonly #maintenance: Maintenance | null;
  readonly #consumers = new Set<Consumer>();
  readonly #receivers = new Set<Receiver>();
  readonly #keeper: Keeper = {
    keep: (receiver) => {
      if (!this.#isClosed) this.#receivers.add(receiver);
      return !this.#isClosed;
    },
    letGo: (receiver) => this.#receivers.delete(receiver),
  };
  readonly #requests = new AbortController();
  readonly #asked = new Set<Promise<unknown>>();
  readonly #signal: AbortSignal | undefined;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(core: Core, retentionInterval_ms: number | null, signal: AbortSignal | undefined) {
    this.#core = core;
    this.#maintenance = retentionInterval_ms === null ? null : new Maintenance(core, retentionInterval_ms);
    setMaxListeners(0, this.#requests.signal); // Each request that waits listens.
    this.#signal = signal;
    if (signal?.aborted === true) this.#onAbort(); // While the store was being opened.
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.operations = {
      inspect: () => inspect(core),
      inspectAgent: (agentId) => inspectAgent(core, checkAgentId(agentId)),
      find: (id) => find(core, id),
      deadLetters: (filter) => deadLetters(core, filter),
      replay: (options) => replay(core, options),
      purge: (options) => purge(core, options),
      log: () => operationRecords(core),
      logged: (id) => logged(core, id),
      loggedOf: (messageId) => operationsAbout(core, messageId),
      resumeReplay: (id, options) => resumeReplay(core, id, options),
      pause: async ({ agentId = null, note = null, by = core.agent } = {}) =>
        await core.store.pause({
          agentId: agentId === null ? null : checkAgentId(agentId),
          note,
          pausedAt: new Date(core.clock.now()).toISOString(),
          pausedBy: by,
        }),
      resume: async ({ agentId = null } = {}) =>
        await core.store.resume(agentId === null ? null : checkAgentId(agentId)),
      retain: (options) => retain(core, options),
      diagnose: async (options = {}) => {
        checkOptionNames(options, DIAGNOSE_OPTIONS, 'diagnose');
        const takenAt = new Date(core.clock.now()).toISOString();
        return { root: core.root, takenAt, ...(await core.store.diagnose(options)) };
      },
    };
  }

  get agent(): string {
    return this.#core.agent;
  }
  get root(): string {
    return this.#core.root;
  }
  get events(): QueueEvents {
    return this.#core.events;
  }
  get store(): Store {
    return this.#core.store;
  }

  async registerAgent(agentId: string): Promise<boolean> {
    this.#checkOpen();
    return await this.#core.store.registerAgent(checkAgentId(agentId));
  }

  async agents(): Promise<readonly string[]> {
    return (await this.#core.store.agents()).map(({ agentId }) => agentId);
  }

  async send(message: Message, options: SendOptions = {}): Promise<SendResult> {
    this.#checkOpen();
    checkOptionNames(options, SEND_OPTIONS, 'send');
    options.signal?.throwIfAborted();
    return await send(this.#core, message, options);
  }

  async sendMany(messages: readonly Message[], options: SendOptions = {}): Promise<readonly SendResult[]> {
    this.#checkOpen();
    checkOptionNames(options, SEND_OPTIONS, 'send');
    options.signal?.throwIfAborted();
    return await sendMany(this.#core, messages, options);
  }

  async request(
    message: TaskAssignment,
    options: SendOptions & { readonly timeout?: Duration } = {},
  ): Promise<TaskComplete> {
    this.#checkOpen();
    checkOptionNames(options, REQUEST_OPTIONS, 'request');
    const signal =
      options.signal === undefined
        ? this.#requests.signal
        : AbortSignal.any([options.signal, this.#requests.signal]);
    const asked = request(this.#core, message, { ...options, signal });
    this.#asked.add(asked);
    try {
      return await asked;
    } finally {
      this.#asked.delete(asked);
    }
  }

  work(handlers: WorkHandlers<Definitions>, options: WorkOptions = {}): Consumer {
    this.#checkOpen();
    checkOptionNames(options, WORK_OPTIONS, 'work');
    return this.#track(work(this.#core, handlers, options));
  }

  collect(handlers: CollectHandlers<Definitions>, options: CollectOptions = {}): Consumer {
    this.#checkOpen();
    checkOptionNames(options, COLLECT_OPTIONS, 'collect');
    return this.#track(collect(this.#core, handlers, options));
  }

  receive(
    options: ReceiveOptions = {},
  ): AsyncIterableIterator<Delivery<AnyMessage<Definitions>>> & AsyncDisposable {
    this.#checkOpen();
    checkOptionNames(options, RECEIVE_OPTIONS, 'receive');
    if (options?.outboxOf !== undefined) checkAgentId(options.outboxOf);
    const receiver = new Receiver(this.#core, options, this.#keeper);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it yields what the queue's definitions accepted
    return receiver as AsyncIterableIterator<Delivery> as AsyncIterableIterator<
      Delivery<AnyMessage<Definitions>>
    > &
      AsyncDisposable;
  }

  async delivery(entryId: string): Promise<Delivery<AnyMessage<Definitions>>> {
    this.#checkOpen();
    const delivery: Delivery = await attachedDelivery(this.#core, entryId);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is of what the queue's definitions accepted
    return delivery as Delivery<AnyMessage<Definitions>>;
  }

  async close(options: { readonly grace?: Duration } = {}): Promise<void> {
    const grace_ms = toMilliseconds(options.grace ?? DEFAULT_GRACE_MS, 'grace');
    this.#isClosed = true;
    this.#closing ??= this.#close(grace_ms).catch((error: unknown) => {
      this.#closing = undefined; // It can be tried again.
      throw error;
    });
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  readonly #onAbort = (): void => {
    this.close().catch((error: unknown) => this.#core.events.report(error));
  };

  async #close(grace_ms: number): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#requests.abort(
      new QueueError(
        'ERR_CLOSED',
        'The queue was closed while a request was waiting. The task itself is still in its box.',
      ),
    );
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop({ grace: grace_ms })));
    await Promise.all([...this.#receivers].map((receiver) => receiver[Symbol.asyncDispose]()));
    await Promise.allSettled(this.#asked); // One may be finishing its answer, for which it needs the session.
    await this.#maintenance?.stop();
    await this.#core.store.close();
    this.#core.deadlines.close();
  }

  #track(consumer: Consumer): Consumer {
    this.#consumers.add(consumer);
    void consumer.done.catch(() => {}).then(() => this.#consumers.delete(consumer));
    return consumer;
  }

  #checkOpen(): void {
    if (this.#isClosed)
      throw new QueueError('ERR_CLOSED', 'The queue is closed. Open it anew with openQueue().');
  }
}
