import type { CancelTimer } from '@tapps-agents/fs-atomic';
import { BoxSet } from './box-set.ts';
import type { Core } from '../core.ts';
import { Crowd } from '../crowd.ts';
import { examineOrPutBack, putBack } from '../delivery/examination.ts';
import { isLeaseLost } from '../delivery/ended-delivery.ts';
import { HeldDelivery } from '../delivery/held-delivery.ts';
import type { OnEnd } from '../delivery/settled-once.ts';
import { deliveryLease_ms, leaseMilliseconds } from '../duration.ts';
import { FIRST_POLL_MS, RECEIVER_REST_MS } from '../limits.ts';
import type { Delivery, ReceiveOptions } from '../queue.ts';
import type { Claimed } from '../claim.ts';
import type { Box } from '../stored-message.ts';
import { unknownAgent } from '../unknown-agent.ts';
import { Waker } from './waker.ts';

/** Who ends a receiver when the queue closes. */
export interface Keeper {
  /** It has begun to wait or to hold something, perhaps again. False: the queue is closed, so it is over. */
  keep(receiver: Receiver): boolean;
  /** It waits for nothing and holds nothing, perhaps until it is asked again. May be said several times. */
  letGo(receiver: Receiver): void;
}

/**
 * Takes messages one by one, for a caller that settles each itself. A delivery that is left alone goes back after its lease;
 * those that are still open when the queue closes go back then, and so does at once what is claimed after the end. Detached
 * ones are let go of as soon as they are handed out. Calls of `next` that come while another waits take their turns.
 *
 * Nobody need end one. When it has not been used for some seconds it rests: it has no box open, watches nothing, and nobody
 * keeps it unless something is in hand; the next call of `next` opens the box anew.
 */
export class Receiver implements AsyncIterableIterator<Delivery>, AsyncDisposable {
  readonly #core: Core;
  readonly #options: ReceiveOptions;
  readonly #lease_ms: number;
  readonly #waker: Waker;
  readonly #open = new Crowd<HeldDelivery>();
  readonly #keeper: Keeper;
  #boxes: BoxSet | undefined;
  #ended = false;
  #used_ms = 0;
  /** Looks now and then how long ago it was used: a timer for each message would cost as much as a system call. */
  #cancelLook: CancelTimer | undefined;
  /** Calls of `next` that have not returned, and the end of the last of them. */
  #calls = 0;
  #lastCall: Promise<unknown> = Promise.resolve();

  constructor(core: Core, options: ReceiveOptions, keeper: Keeper) {
    this.#core = core;
    this.#options = options;
    this.#keeper = keeper;
    this.#lease_ms =
      options.lease === undefined
        ? core.lease_ms
        : options.detached === true
          ? leaseMilliseconds(options.lease)
          : deliveryLease_ms(options.lease);
    this.#waker = new Waker(core.clock);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Delivery, undefined>> {
    this.#calls += 1;
    this.#begin();
    const call = this.#calls === 1 ? this.#next() : this.#lastCall.then(() => this.#next());
    this.#lastCall = call.catch(() => {}); // It is for its caller; the next one tries for itself.
    try {
      return await call;
    } finally {
      this.#calls -= 1;
      this.#tidy();
    }
  }

  async #next(): Promise<IteratorResult<Delivery, undefined>> {
    let pause_ms = FIRST_POLL_MS;
    let emptyRounds = 0;
    while (!this.#ended) {
      const boxes = (this.#boxes ??= await this.#openBoxes());
      const refreshing = boxes.refresh();
      const refreshed = refreshing instanceof Promise ? await refreshing : refreshing;
      const round = await boxes.claim(1);
      const [claimed] = round.claimed;
      if (claimed !== undefined) {
        const delivery = await this.#accept(claimed);
        if (delivery !== null && !this.#ended) return { done: false, value: delivery };
        if (delivery !== null) await this.#giveBack(delivery);
        emptyRounds = 0;
        continue;
      }
      const isEmpty = refreshed && round.complete && round.nextReadyAt_ms === null;
      if (this.#options.untilEmpty === true && isEmpty) emptyRounds += 1;
      if (emptyRounds >= 3) break; // One look that shows nothing proves nothing.
      const untilReady_ms =
        round.nextReadyAt_ms === null
          ? Number.POSITIVE_INFINITY
          : Math.max(1, round.nextReadyAt_ms - this.#core.clock.now());
      const hinted = await this.#waker.wait(Math.min(pause_ms, untilReady_ms));
      pause_ms = hinted ? FIRST_POLL_MS : Math.min(pause_ms * 2, this.#core.poll_ms);
    }
    return await this.return();
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#end();
    return { done: true, value: undefined };
  }

  /** Ends receiving, waits for what is being settled, and hands back what was not. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
    await this.#lastCall;
    for (const delivery of this.#open) {
      await this.#giveBack(delivery);
      this.#open.delete(delivery);
    }
    this.#tidy();
  }

  readonly #end = (): void => {
    this.#ended = true;
    this.#waker.hint();
    this.#tidy();
  };

  /** Somebody asks for a message. */
  #begin(): void {
    const { signal } = this.#options;
    if (!this.#keeper.keep(this) || signal?.aborted === true) this.#ended = true;
    else signal?.addEventListener('abort', this.#end, { once: true });
  }

  /** After all that may have been the last. */
  #tidy(): void {
    if (this.#calls > 0) return;
    this.#used_ms = this.#core.clock.monotonic();
    if (this.#ended || this.#boxes === undefined) this.#rest();
    else if (this.#cancelLook === undefined) this.#lookIn(RECEIVER_REST_MS);
  }

  #lookIn(delay_ms: number): void {
    this.#cancelLook = this.#core.clock.setTimer(this.#restUnlessUsed, delay_ms, { background: true });
  }

  readonly #restUnlessUsed = (): void => {
    this.#cancelLook = undefined;
    if (this.#calls > 0) return; // Its end is followed by another look.
    const left_ms = this.#used_ms + RECEIVER_REST_MS - this.#core.clock.monotonic();
    if (left_ms > 0) this.#lookIn(left_ms);
    else this.#rest();
  };

  /** Lets go of all but what is in hand. */
  #rest(): void {
    this.#cancelLook?.();
    this.#cancelLook = undefined;
    this.#options.signal?.removeEventListener('abort', this.#end);
    this.#boxes?.close();
    this.#boxes = undefined;
    if (this.#open.size === 0) this.#keeper.letGo(this);
  }

  async #giveBack(delivery: HeldDelivery): Promise<void> {
    await delivery.quiet();
    if (delivery.isSettled) return;
    await delivery.giveBack().catch((error: unknown) => {
      if (isLeaseLost(error)) return;
      this.#core.events.report(error);
      delivery.abandon();
    });
  }

  async #openBoxes(): Promise<BoxSet> {
    const { types, outboxOf } = this.#options;
    const { store, agent } = this.#core;
    if (outboxOf === undefined) await store.registerAgent(agent);
    else await ensureOutbox(this.#core, outboxOf);
    const box: Box =
      outboxOf === undefined ? { kind: 'inbox', agentId: agent } : { kind: 'outbox', agentId: outboxOf };
    const filter =
      types === undefined
        ? {}
        : { accepts: ({ messageType }: { messageType: string }) => types.includes(messageType) };
    return new BoxSet(
      this.#core,
      {
        grows: false,
        boxes: () => Promise.resolve([box]),
        filter: () => filter,
        detachable: this.#options.detached === true,
      },
      () => this.#waker.hint(),
    );
  }

  /** One for all deliveries: see HandlerRun on what a closure over each would cost. */
  readonly #deliveryEnded: OnEnd<HeldDelivery> = (_, delivery) => {
    this.#open.delete(delivery);
    this.#tidy();
  };

  async #detached(delivery: HeldDelivery, claimed: Claimed): Promise<HeldDelivery> {
    try {
      await delivery.detach(this.#lease_ms);
      return delivery;
    } catch (error) {
      if (!isLeaseLost(error)) await putBack(this.#core, claimed);
      throw error;
    }
  }

  async #accept(claimed: Claimed): Promise<HeldDelivery | null> {
    this.#core.events.tell('claimed', claimed.entry);
    try {
      const accepted = await examineOrPutBack(this.#core, claimed);
      if (typeof accepted === 'string') return null;
      const delivery = new HeldDelivery(this.#core, accepted);
      if (this.#options.detached === true) return await this.#detached(delivery, claimed);
      delivery.startLease(this.#lease_ms);
      if (delivery.isEnded) return delivery;
      this.#open.add(delivery);
      delivery.onEnd = this.#deliveryEnded;
      return delivery;
    } catch (error) {
      if (isLeaseLost(error)) return null;
      throw error;
    }
  }
}

/** An agent known by its inbox alone has no outbox to look into yet; one that never wrote anything, and nobody registered, has none. */
async function ensureOutbox(core: Core, agentId: string): Promise<void> {
  if (await core.store.isRegistered(agentId)) {
    await core.store.registerAgent(agentId);
    return;
  }
  const writers = await core.store.writers();
  if (!writers.some((writer) => writer.agentId === agentId)) throw await unknownAgent(core, agentId);
}
