import { complete } from './completing.ts';
import type { Core } from '../core.ts';
import { QueueError } from '../errors.ts';
import { messageEvent } from '../events.ts';
import type { Accepted } from './examination.ts';
import { isFileSystemFault } from '../file-system-fault.ts';
import { HandlerRun, type AnyHandler, type HandlerLimits, type Outcome } from './handler-run.ts';
import type { Verdict } from '../handler.ts';
import { HeldDelivery } from './held-delivery.ts';
import { HeldMessages } from './held-messages.ts';
import { keepToWhatWasTold } from './keeping-word.ts';

/**
 * Runs a handler on an accepted message and settles the message by what came of it. A handler that does not heed its signal
 * goes on by itself, but whatever it returns is void: its message has been handed back.
 */
export async function handle(
  core: Core,
  accepted: Accepted,
  handler: AnyHandler,
  limits: HandlerLimits,
): Promise<void> {
  const held = new HeldMessages(core, accepted);
  const delivery = new HeldDelivery(core, accepted);
  try {
    const outcome = await new HandlerRun(core, accepted, limits).outcomeOf(handler, held, delivery);
    held.seal();
    await settle(core, accepted, delivery, held, outcome, limits);
  } catch (error) {
    // What became of it cannot be written down (a full disk, say). It is counted all the same: no handler that fails is to run
    // again and again for want of room.
    if (!delivery.hasFailed || delivery.isSettled || !isFileSystemFault(error)) throw error;
    core.events.report(error);
    // The journal does not tell in which run something failed, so it decides nothing in a forced one.
    if (delivery.mayBeTold && delivery.run === 0) await keepToWhatWasTold(core, delivery, limits.shutdown);
    else await delivery.countFailure();
  } finally {
    delivery.letGo();
  }
}

function settle(
  core: Core,
  accepted: Accepted,
  delivery: HeldDelivery,
  held: HeldMessages,
  outcome: Outcome,
  limits: HandlerLimits,
): Promise<void> {
  switch (outcome.kind) {
    case 'returned':
      return settleReturned(core, accepted, delivery, held, outcome.value);
    case 'failed':
      return delivery.fail('failed', outcome.error, null);
    case 'timed_out':
      core.events.emit('handler_timeout', {
        ...messageEvent(accepted.claimed.entry),
        timeout_ms: limits.timeout_ms,
      });
      return delivery.fail('timed_out', outcome.error, null);
    case 'shutdown':
      return delivery.giveBack();
    case 'lost':
      core.events.tell('lease_lost', accepted.claimed.entry);
      return Promise.resolve();
  }
}

async function settleReturned(
  core: Core,
  accepted: Accepted,
  delivery: HeldDelivery,
  held: HeldMessages,
  value: unknown,
): Promise<void> {
  if (isVerdict(value)) {
    await settleByVerdict(delivery, value);
    return;
  }
  try {
    complete(core, accepted, held, value);
    if (held.messages.length > 0) await held.checkRecipients();
    await delivery.acknowledge(held.messages);
  } catch (error) {
    // The work is done, but what it leads to cannot be said (an invalid result, an unknown recipient): that is a failed
    // delivery, unless the message is no longer ours at all. A full disk is no failure of the handler: no message with
    // `max_retries` 0 is given up for it.
    if (delivery.isSettled || isFileSystemFault(error)) throw error;
    await delivery.fail('failed', error, null);
  }
}

async function settleByVerdict(delivery: HeldDelivery, value: Verdict): Promise<void> {
  try {
    if (value.verdict === 'retry')
      await delivery.fail('failed', new Error(value.reason), value.delay ?? null);
    else if (value.verdict === 'reject') await delivery.reject(value.reason);
    else await delivery.snooze(value.delay);
  } catch (error) {
    // Made by hand, with a delay that is none: the handler's mistake, so a failed delivery.
    if (!(error instanceof QueueError && error.code === 'ERR_INVALID_OPTION')) throw error;
    await delivery.fail('failed', error, null);
  }
}

/** Anything else with a `verdict` is taken for a result, and refused as one. */
function isVerdict(value: unknown): value is Verdict {
  return (
    typeof value === 'object' &&
    value !== null &&
    'verdict' in value &&
    (value.verdict === 'retry' || value.verdict === 'reject' || value.verdict === 'snooze')
  );
}
