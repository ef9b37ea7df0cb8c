import type { Message } from '@tapps-agents/contracts';
import { offAbort, onAbort, type AbortListener } from './abort-listeners.ts';
import type { Core } from '../core.ts';
import type { Member } from '../crowd.ts';
import { QueueError } from '../errors.ts';
import { alreadySettled, deliveryEnded, isLeaseLost } from './ended-delivery.ts';
import type { Accepted } from './examination.ts';
import { InHand } from './in-hand.ts';
import { LateSignal } from './late-signal.ts';
import { SettledInDoubt } from '../settled-in-doubt.ts';
import { UnderWay } from './under-way.ts';

/** Hears of an end, with what tells why, as the signal would be aborted. */
export type OnEnd<D> = (reason: () => unknown, delivery: D) => void;

/**
 * A message in hand, of which the first way that is taken to settle it wins; a further one throws `ERR_SETTLED`, or `ERR_LEASE_LOST`
 * where the lease ended before anything was done. One that fails (a full disk, say) may be tried again, or another way taken; but
 * for a `SettledInDoubt`, which says that it was settled. It ends once it is settled, lost or let go of.
 */
export abstract class SettledOnce extends InHand implements Member {
  /** Among those that its receiver has handed out. */
  place = -1;
  readonly message: Message;
  protected readonly core: Core;
  readonly #ended = new LateSignal();
  #onEnd: OnEnd<this> | undefined;
  /** What may settle it. */
  readonly #underWay = new UnderWay();
  #settled = false;
  /** Of the end of the session that holds it. */
  #listener: AbortListener | null = null;
  /** Why it ended, where nobody here settled it. */
  #lost: QueueError | null = null;

  constructor(core: Core, accepted: Accepted) {
    super(accepted);
    this.core = core;
    this.message = accepted.message;
    const { signal } = accepted.claimed;
    if (signal.aborted) this.#ended.abort(() => signal.reason);
    else this.#listener = onAbort(signal, () => this.#abort(() => signal.reason));
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }
  /** Whether it was settled, or lost. */
  get isEnded(): boolean {
    return this.#ended.isAborted;
  }
  /** Called when it ends; not where it has ended already. Null: no more. */
  set onEnd(run: OnEnd<this> | null) {
    this.#onEnd = run ?? undefined;
  }
  get isSettled(): boolean {
    return this.#settled;
  }

  /** Resolves when no settling is under way, whatever came of it. */
  async quiet(): Promise<void> {
    await this.#underWay.quiet();
  }

  /** Whatever became of it: nothing is to be heard or done here any more. */
  letGo(): void {
    this.stopTimer();
    if (this.#listener !== null) offAbort(this.accepted.claimed.signal, this.#listener);
    this.#abort(() => deliveryEnded(this));
  }

  /** What would end it by itself is not to any more. */
  protected abstract stopTimer(): void;

  /** @throws QueueError `ERR_SETTLED` or `ERR_LEASE_LOST` */
  protected refuseSettled(): void {
    if (this.#settled) throw this.#lost ?? alreadySettled(this);
  }

  /** What comes before a settling, and may lead to one. */
  protected async leadingToSettle(action: () => Promise<void>): Promise<void> {
    await this.#underWay.run(action);
  }

  /** The way that is taken; `lost` says why it ends where that is what ends it, from now on also to whoever comes too late. */
  protected async settle(action: () => Promise<void>, lost: QueueError | null = null): Promise<void> {
    this.#lost = lost ?? this.#lost;
    this.refuseSettled();
    this.#settled = true;
    this.#underWay.begin();
    try {
      await action();
    } catch (error) {
      if (error instanceof QueueError && isLeaseLost(error)) {
        this.#lost = error;
        this.core.events.tell('lease_lost', this.accepted.claimed.entry);
      } else if (!(error instanceof SettledInDoubt)) {
        this.#lost = null;
        this.#settled = false;
      }
      throw error;
    } finally {
      if (this.#settled) this.letGo();
      this.#underWay.end();
    }
  }

  #abort(reason: () => unknown): void {
    if (this.#ended.isAborted) return;
    this.#ended.abort(reason);
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    onEnd?.(reason, this);
  }
}
