import { setMaxListeners } from 'node:events';
import { FsAtomicError } from '@tapps-agents/fs-atomic';
import { Breather } from '../breather.ts';
import { BoxSet, type Source } from './box-set.ts';
import type { Core } from '../core.ts';
import { toMilliseconds, type Duration } from '../duration.ts';
import { QueueError } from '../errors.ts';
import { examine, type Accepted } from '../delivery/examination.ts';
import { isFileSystemFault } from '../file-system-fault.ts';
import { CLAIM_SLICE_MS, DEFAULT_GRACE_MS, FIRST_POLL_MS, MAX_CONCURRENCY } from '../limits.ts';
import type { Consumer, ConsumeOptions } from '../queue.ts';
import type { Claimed } from '../claim.ts';
import { SettledInDoubt } from '../settled-in-doubt.ts';
import { Waker } from './waker.ts';

/** A wait that only a hint is meant to end, is taken in parts of this. */
const MAX_WAIT_MS = 60_000;
/** The longest delay before a message is tried again that could not be settled for a fault of the file system. */
const MAX_PUT_BACK_MS = 60_000;

/** So many messages at most are claimed before the first of them is examined. */
const MOST_AT_ONCE = 8;

/** Settles an accepted message; `shutdown` is aborted when there is no more time. */
export type Settle = (accepted: Accepted, shutdown: AbortSignal) => Promise<void>;

/**
 * The loop behind `work` and `collect`:
 *
 *     refresh boxes -> claim while there is room -> wait for room, a hint, the next delayed message or the poll -> again
 *
 * It ends when it is stopped (after its handlers did, or had to), or by itself when that was asked for.
 */
export class ConsumerLoop implements Consumer {
  readonly done: Promise<void>;
  readonly #core: Core;
  readonly #settle: Settle;
  readonly #options: ConsumeOptions;
  readonly #concurrency: number;
  readonly #waker: Waker;
  readonly #breather: Breather;
  readonly #boxes: BoxSet;
  readonly #shutdown = new AbortController();
  /** Messages in hand. */
  #active = 0;
  /** What waits before it tries once more to put its message back. */
  readonly #pausing = new Set<Waker>();
  #stopping = false;
  #pause_ms = FIRST_POLL_MS;
  #emptyRounds = 0;
  #settledCount = 0;

  constructor(core: Core, source: Source, settle: Settle, options: ConsumeOptions) {
    this.#concurrency = options.concurrency ?? 1;
    if (
      !Number.isInteger(this.#concurrency) ||
      this.#concurrency < 1 ||
      this.#concurrency > MAX_CONCURRENCY
    ) {
      throw new QueueError(
        'ERR_INVALID_OPTION',
        `concurrency must be a whole number from 1 to ${MAX_CONCURRENCY}; got ${options.concurrency}`,
      );
    }
    if (options.limit !== undefined && (!Number.isInteger(options.limit) || options.limit < 1)) {
      throw new QueueError(
        'ERR_INVALID_OPTION',
        `limit must be a whole number from 1 up; got ${options.limit}`,
      );
    }
    this.#core = core;
    this.#settle = settle;
    this.#options = options;
    this.#waker = new Waker(core.clock);
    this.#breather = new Breather(core.clock, CLAIM_SLICE_MS);
    this.#boxes = new BoxSet(core, source, () => this.#waker.hint());
    setMaxListeners(0, this.#shutdown.signal); // Each running handler listens.
    this.done = this.#run();
    this.done.catch(() => {}); // It is for whoever awaits it; nobody has to.
  }

  async stop(options: { readonly grace?: Duration } = {}): Promise<void> {
    const grace_ms = toMilliseconds(options.grace ?? DEFAULT_GRACE_MS, 'grace');
    this.#beginToStop();
    const reason = new QueueError('ERR_CLOSED', 'The consumer stops; the message goes back to its box.');
    const cancel = this.#core.clock.setTimer(() => this.#shutdown.abort(reason), grace_ms);
    try {
      await this.done.catch(() => {});
    } finally {
      cancel();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(): Promise<void> {
    const { signal } = this.#options;
    const onAbort = (): void => void this.stop();
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) this.#beginToStop();
    try {
      while (!this.#stopping) await this.#turn();
      while (this.#active > 0) await this.#waker.wait(MAX_WAIT_MS);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#boxes.close();
    }
  }

  async #turn(): Promise<void> {
    const breath = this.#breather.breathe();
    if (breath instanceof Promise) await breath;
    const refreshing = this.#boxes.refresh(); // Each turn, however busy; it limits itself.
    const refreshed = refreshing instanceof Promise ? await this.#reported(refreshing) : refreshing;
    if (this.#stopping) return;
    const room = this.#room() - this.#active;
    if (room <= 0) {
      // Not a race of promises: each race would leave a reaction behind on every handler that runs for long.
      await this.#waker.wait(MAX_WAIT_MS);
      return;
    }
    // What is claimed together is admitted by one listing of the leases; the first of them waits until the last is claimed.
    const round = await this.#boxes.claim(Math.min(room, MOST_AT_ONCE));
    if (round.claimed.length === 0) {
      await this.#rest(refreshed && round.complete, round.nextReadyAt_ms);
      return;
    }
    this.#emptyRounds = 0;
    this.#pause_ms = FIRST_POLL_MS;
    for (const claimed of round.claimed) void this.#handle(claimed);
  }

  async #reported(refreshing: Promise<boolean>): Promise<boolean> {
    try {
      return await refreshing;
    } catch (error) {
      this.#core.events.report(error);
      return false;
    }
  }

  /** Messages that may be in hand at once: the concurrency, or what is left of the limit. */
  #room(): number {
    const left = (this.#options.limit ?? Number.POSITIVE_INFINITY) - this.#settledCount;
    return Math.max(1, Math.min(this.#concurrency, left));
  }

  async #rest(complete: boolean, nextReadyAt_ms: number | null): Promise<void> {
    if (this.#options.untilEmpty === true) {
      const isEmpty = complete && nextReadyAt_ms === null && this.#active === 0;
      // One look that shows nothing proves nothing: names that change while a directory is read may be missed, and what
      // somebody still held when we looked may have been put back since. So: several in a row, nothing leased at any.
      this.#emptyRounds = isEmpty && !(await this.#boxes.anyLeased()) ? this.#emptyRounds + 1 : 0;
      if (this.#emptyRounds >= 3) {
        this.#beginToStop();
        return;
      }
    }
    const untilReady_ms =
      nextReadyAt_ms === null
        ? Number.POSITIVE_INFINITY
        : Math.max(1, nextReadyAt_ms - this.#core.clock.now());
    const hinted = await this.#waker.wait(Math.min(this.#pause_ms, untilReady_ms));
    this.#pause_ms = hinted ? FIRST_POLL_MS : Math.min(this.#pause_ms * 2, this.#core.poll_ms);
  }

  /** Never rejects: what goes wrong with one message is reported, and its message is put back or left to recovery. */
  async #handle(claimed: Claimed): Promise<void> {
    this.#active += 1;
    this.#core.events.tell('claimed', claimed.entry);
    let isSettled = true;
    try {
      const examining = examine(this.#core, claimed);
      const examined = examining instanceof Promise ? await examining : examining;
      if (typeof examined !== 'string') await this.#settle(examined, this.#shutdown.signal);
      isSettled = examined !== 'handed_back';
    } catch (error) {
      await this.#failed(claimed, error);
    }
    if (isSettled) this.#settledCount += 1;
    if (this.#settledCount >= (this.#options.limit ?? Number.POSITIVE_INFINITY)) this.#beginToStop();
    this.#active -= 1;
    this.#waker.hint();
  }

  async #failed(claimed: Claimed, error: unknown): Promise<void> {
    if (isLost(error)) return;
    this.#core.events.report(error);
    if (!(error instanceof SettledInDoubt)) await this.#putBack(claimed, error);
  }

  /**
   * Settling failed: the message must not stay ours for ever, so it is put back as soon as possible. For a fault of the
   * file system (a full disk, say) it is not to blame: it comes back ever later, and is not given up.
   */
  async #putBack(claimed: Claimed, cause: unknown): Promise<void> {
    const isBlameless = isFileSystemFault(cause);
    const delay_ms = isBlameless ? Math.min(1_000 * 2 ** claimed.entry.releases, MAX_PUT_BACK_MS) : 1_000;
    let pause_ms = 100;
    while (!claimed.signal.aborted) {
      try {
        await this.#core.store.release(claimed, {
          readyAt_ms: this.#core.clock.now() + delay_ms,
          counts: isBlameless ? 'release' : 'lost',
        });
        return;
      } catch (error) {
        if (isLost(error)) return;
        this.#core.events.report(error);
      }
      if (this.#stopping) {
        this.#core.store.abandon(claimed); // Nobody works on it any more, so it goes back by itself.
        return;
      }
      const waker = new Waker(this.#core.clock);
      this.#pausing.add(waker);
      await waker.wait(pause_ms);
      this.#pausing.delete(waker);
      pause_ms = Math.min(pause_ms * 2, 10_000);
    }
  }

  /** Claims no more, and lets nobody wait for long who would try again. */
  #beginToStop(): void {
    this.#stopping = true;
    this.#waker.hint();
    for (const waker of this.#pausing) waker.hint();
  }
}

function isLost(error: unknown): boolean {
  return (
    (error instanceof QueueError && error.code === 'ERR_LEASE_LOST') ||
    (error instanceof FsAtomicError && error.code === 'ERR_SESSION_LOST')
  );
}
