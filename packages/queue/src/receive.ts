import { BoxSet } from './box-set.ts';
import type { Core } from './core.ts';
import { messageEvent } from './events.ts';
import { examineOrPutBack } from './examination.ts';
import { deliveryLease_ms, HeldDelivery, isLeaseLost } from './held-delivery.ts';
import { FIRST_POLL_MS } from './limits.ts';
import type { Delivery, ReceiveOptions } from './queue.ts';
import type { Box, Claimed } from './store.ts';
import { Waker } from './waker.ts';

/**
 * Takes messages one by one, for a caller that settles each itself. A delivery that is left alone goes back after its lease;
 * those that are still open when the queue closes go back then.
 */
export class Receiver implements AsyncIterableIterator<Delivery>, AsyncDisposable {
  readonly #core: Core;
  readonly #options: ReceiveOptions;
  readonly #lease_ms: number;
  readonly #waker: Waker;
  readonly #open = new Set<HeldDelivery>();
  #boxes: BoxSet | undefined;
  #ended = false;

  constructor(core: Core, options: ReceiveOptions) {
    this.#core = core;
    this.#options = options;
    this.#lease_ms = options.lease === undefined ? core.lease_ms : deliveryLease_ms(options.lease);
    this.#waker = new Waker(core.clock);
    options.signal?.addEventListener('abort', this.#end, { once: true });
    if (options.signal?.aborted === true) this.#ended = true;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Delivery, undefined>> {
    let pause_ms = FIRST_POLL_MS;
    let emptyRounds = 0;
    const boxes = (this.#boxes ??= await this.#openBoxes());
    while (!this.#ended) {
      await boxes.refresh();
      const round = await boxes.claim();
      if (round.claimed !== null) {
        const delivery = await this.#accept(round.claimed);
        if (delivery !== null) return { done: false, value: delivery };
        emptyRounds = 0;
        continue;
      }
      if (this.#options.untilEmpty === true && round.complete && round.nextReadyAt_ms === null)
        emptyRounds += 1;
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
    this.#boxes?.close();
    return { done: true, value: undefined };
  }

  /** Ends receiving and hands back what was not settled. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
    for (const delivery of this.#open) {
      if (delivery.isSettled) continue;
      await delivery.giveBack().catch((error: unknown) => {
        if (!isLeaseLost(error)) this.#core.events.report(error);
      });
    }
    this.#open.clear();
  }

  readonly #end = (): void => {
    this.#ended = true;
    this.#options.signal?.removeEventListener('abort', this.#end);
    this.#waker.hint();
  };

  async #openBoxes(): Promise<BoxSet> {
    await this.#core.store.registerAgent(this.#core.agent);
    const box: Box = { kind: 'inbox', agentId: this.#core.agent };
    const { types } = this.#options;
    const filter =
      types === undefined
        ? {}
        : { accepts: ({ messageType }: { messageType: string }) => types.includes(messageType) };
    return new BoxSet(
      this.#core,
      { grows: false, boxes: () => Promise.resolve([box]), filter: () => filter },
      () => this.#waker.hint(),
    );
  }

  async #accept(claimed: Claimed): Promise<HeldDelivery | null> {
    this.#core.events.emit('claimed', messageEvent(claimed.entry));
    try {
      const accepted = await examineOrPutBack(this.#core, claimed);
      if (typeof accepted === 'string') return null;
      const delivery = new HeldDelivery(this.#core, accepted);
      delivery.startLease(this.#lease_ms);
      this.#open.add(delivery);
      delivery.signal.addEventListener('abort', () => this.#open.delete(delivery), { once: true });
      return delivery;
    } catch (error) {
      if (isLeaseLost(error)) return null;
      throw error;
    }
  }
}
