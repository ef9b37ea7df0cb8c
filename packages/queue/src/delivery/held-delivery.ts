import type { Failure, Message } from '@tapps-agents/contracts';
import { backoff_ms, limitsFor } from '../backoff.ts';
import { complete } from './completing.ts';
import { deliveryLease_ms, toMilliseconds, type Duration } from '../duration.ts';
import { messageEvent } from '../events.ts';
import { isLeaseLost, leaseRanOut } from './ended-delivery.ts';
import { failedTooOften, failureOf, giveUp, type GivingUp } from './giving-up.ts';
import { handBackOf } from '../hand-back.ts';
import type { TaskResult } from '../handler.ts';
import { HeldMessages } from './held-messages.ts';
import { LeaseTimer } from './lease-timer.ts';
import type { Delivery } from '../queue.ts';
import { checkRecipients, prepare } from '../sending/sending.ts';
import type { Release } from '../claim.ts';
import { doubtIn, type SettledInDoubt } from '../settled-in-doubt.ts';
import { SettledOnce } from './settled-once.ts';
import type { HandBack } from '../message-journal.ts';
import type { Outgoing } from '../stored-message.ts';
import { publishWhileHeld, recordWhileHeld } from './while-held.ts';

/** What could not be written down is not tried again sooner. */
const UNWRITTEN_PAUSE_MS = 1_000;

/** One accepted message in hand, and the ways to settle it. */
export class HeldDelivery extends SettledOnce implements Delivery {
  /** Whether it was said to have failed; that may not be written down yet. */
  #hasFailed = false;
  /** Whether somebody may have been told that it has failed for good, though it may not be put aside yet. */
  #mayBeTold = false;
  #lease_ms: number | null = null;
  /** It does not depend on this process, so no timer here ends it. */
  #isDetached = false;
  #timer: LeaseTimer | undefined;

  get entryId(): string {
    return this.accepted.claimed.entry.entryId;
  }
  get hasFailed(): boolean {
    return this.#hasFailed;
  }
  get mayBeTold(): boolean {
    return this.#mayBeTold;
  }

  async ack(options: { readonly publish?: readonly Message[] } = {}): Promise<void> {
    if (options.publish === undefined || options.publish.length === 0) {
      await this.acknowledge([]);
      return;
    }
    const outgoing = options.publish.map((message) => prepare(this.core, message, {}));
    await this.leadingToSettle(async () => {
      await checkRecipients(this.core, outgoing, false);
      await this.acknowledge(outgoing);
    });
  }

  async complete(results?: TaskResult): Promise<void> {
    const held = new HeldMessages(this.core, this.accepted);
    complete(this.core, this.accepted, held, results);
    await this.leadingToSettle(async () => {
      await held.checkRecipients();
      await this.acknowledge(held.messages);
    });
  }

  /** Publishes what belongs to this acknowledgement, then acknowledges. A crash in between repeats both. */
  acknowledge(outgoing: readonly Outgoing[]): Promise<void> {
    return this.settle(() => this.#acknowledge(outgoing));
  }

  async #acknowledge(outgoing: readonly Outgoing[]): Promise<void> {
    const { claimed, identity } = this.accepted;
    if (outgoing.length > 0) await publishWhileHeld(this.core, claimed, outgoing);
    let doubt: SettledInDoubt | null = null;
    try {
      await this.core.store.ack(claimed, identity, { durability: this.core.ackDurability });
    } catch (error) {
      doubt = doubtIn(error);
    }
    this.core.events.tell('acked', claimed.entry);
    if (doubt !== null) throw doubt;
  }

  async retry(options: { readonly delay?: Duration; readonly error?: unknown } = {}): Promise<void> {
    await this.fail(
      'failed',
      options.error ?? new Error('The handler asked for another try.'),
      options.delay ?? null,
    );
  }

  /** Counts a failure: back for another try, or given up when that was the last. */
  async fail(kind: Failure['kind'], error: unknown, delay: Duration | null): Promise<void> {
    const { claimed } = this.accepted;
    const core = this.core;
    const limits = limitsFor(this.message, core.retry);
    const failures = this.failures + 1;
    const delay_ms =
      delay === null ? backoff_ms(limits, failures, core.random) : toMilliseconds(delay, 'delay');
    const failure = failureOf(core, claimed, kind, error);
    this.#hasFailed = true;
    await this.settle(async () => {
      if (failures > limits.maxRetries) {
        const reason = failedTooOften(failures, failure);
        await this.#giveUp({ code: 'exhausted', reason, failure });
        return;
      }
      await recordWhileHeld(core, this.accepted, failure);
      await this.#release({ readyAt_ms: core.clock.now() + delay_ms, counts: 'failure' });
      core.events.emit('retried', { ...messageEvent(claimed.entry), delay_ms, error });
    });
  }

  async reject(why: string): Promise<void> {
    const { claimed } = this.accepted;
    const reason =
      typeof why === 'string' && why !== '' ? why : 'The handler rejected the message and gave no reason.';
    const failure = failureOf(this.core, claimed, 'rejected', new Error(reason));
    this.#hasFailed = true;
    await this.settle(() => this.#giveUp({ code: 'rejected', reason, failure }));
  }

  /**
   * Puts back what may have been told to have failed for good, and could not be put aside, as a delivery that was lost: beside the record of
   * that, its failure in the journal lets whoever takes it next give it up, without handling it. Not put back unless that is written.
   */
  async putBackAsLost(): Promise<void> {
    const core = this.core;
    const error = new Error('The message was given up, but could not be put aside, and went back for that.');
    await this.settle(async () => {
      const lost = failureOf(core, this.accepted.claimed, 'lost', error);
      await recordWhileHeld(core, this.accepted, lost);
      await this.#release({ readyAt_ms: core.clock.now() + UNWRITTEN_PAUSE_MS, counts: 'lost' });
    });
  }

  /**
   * Counts a failure of which nothing else could be written down. Whoever takes the message next gives it up, without handling
   * it, if that was the last.
   */
  async countFailure(): Promise<void> {
    const { clock, random, retry } = this.core;
    const delay_ms = backoff_ms(limitsFor(this.message, retry), this.failures + 1, random);
    const readyAt_ms = clock.now() + Math.max(UNWRITTEN_PAUSE_MS, delay_ms);
    await this.settle(() => this.#release({ readyAt_ms, counts: 'failure' }));
  }

  async snooze(delay: Duration): Promise<void> {
    const delay_ms = toMilliseconds(delay, 'delay');
    await this.settle(async () => {
      await this.#handBack('snoozed', this.core.clock.now() + delay_ms);
      this.core.events.emit('snoozed', { ...messageEvent(this.accepted.claimed.entry), delay_ms });
    });
  }

  /** Hands it back at once, without blame: this process stops. */
  async giveBack(): Promise<void> {
    await this.settle(async () => {
      await this.#handBack('returned', null);
      this.core.events.tell('returned', this.accepted.claimed.entry);
    });
  }

  /**
   * Hands it back because its time in hand is over; the delivery counts. Where that cannot be written into the history, it is
   * reported, and the message goes back all the same.
   */
  async expire(): Promise<void> {
    const { claimed } = this.accepted;
    const lost = leaseRanOut(this);
    await this.settle(async () => {
      try {
        await recordWhileHeld(this.core, this.accepted, failureOf(this.core, claimed, 'lost', lost));
      } catch (error) {
        if (isLeaseLost(error)) throw error;
        this.core.events.report(error);
      }
      await this.#release({ readyAt_ms: null, counts: 'lost' });
      this.core.events.tell('lease_lost', claimed.entry);
    }, lost);
  }

  async renew(lease?: Duration): Promise<void> {
    this.refuseSettled();
    const lease_ms = lease === undefined ? this.#lease_ms : deliveryLease_ms(lease);
    await this.core.store.renew(this.accepted.claimed);
    this.refuseSettled();
    if (this.#isDetached) await this.detach(lease_ms ?? this.core.lease_ms);
    else if (this.#lease_ms !== null && lease_ms !== null) this.startLease(lease_ms);
  }

  /** From now on it belongs to whoever has its `entryId`, for so long, whatever becomes of this process. */
  async detach(lease_ms: number): Promise<void> {
    await this.core.store.detach(this.accepted.claimed, lease_ms);
    this.attached(lease_ms);
  }

  /** It was detached before. */
  attached(lease_ms: number | null): void {
    this.#isDetached = true;
    this.#lease_ms = lease_ms;
  }

  /** From now on it goes back by itself unless it is settled or renewed in time: for deliveries taken by hand. */
  startLease(lease_ms: number): void {
    this.#lease_ms = lease_ms;
    this.#timer ??= new LeaseTimer(this.core, this);
    this.#timer.start(lease_ms);
  }

  /** It could not be handed back, and nobody is to wait for its time to be over: it goes back by itself as soon as it can. */
  abandon(): void {
    this.#timer?.cancel();
    this.core.store.abandon(this.accepted.claimed);
  }

  /** It is written down once it is so; where it cannot be, that is said, and only the history is shorter by one. */
  async #handBack(kind: HandBack['kind'], readyAt_ms: number | null): Promise<void> {
    const { claimed } = this.accepted;
    await this.#release({ readyAt_ms, counts: 'release' });
    try {
      const journal = this.core.store.journal(this.box, this.message.message_id);
      await journal.recordHandBack(handBackOf(this.core, claimed, kind, readyAt_ms));
    } catch (error) {
      this.core.events.report(error);
    }
  }

  #giveUp(why: GivingUp): Promise<void> {
    const { claimed } = this.accepted;
    return giveUp(this.core, claimed, why, () => {
      this.#mayBeTold = true;
    });
  }

  #release(how: Release): Promise<void> {
    return this.core.store.release(this.accepted.claimed, how);
  }

  protected override stopTimer(): void {
    this.#timer?.cancel();
  }
}
