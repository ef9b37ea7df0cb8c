import type { Awaitable } from '@tapps-agents/fs-atomic';
import { tryParseMessage, type Message } from '@tapps-agents/contracts';
import { isExhausted, limitsFor } from '../backoff.ts';
import type { Core } from '../core.ts';
import { QueueError } from '../errors.ts';
import { giveUp, type GivingUp } from './giving-up.ts';
import { identityOf, misroutingOf } from '../identity.ts';
import { exhaustionOf } from './exhaustion.ts';
import { mayHaveUnsaidEnding, unsaidEnding } from './unsaid-ending.ts';
import type { Admission, Claimed } from '../claim.ts';
import { doubtIn, SettledInDoubt } from '../settled-in-doubt.ts';
import type { Identity } from '../stored-message.ts';

/** A claimed message that is valid, in the right place, and nobody else's: ready for its handler. */
export interface Accepted {
  readonly claimed: Claimed;
  readonly message: Message;
  readonly identity: Identity;
}

/**
 * What examination found: a message for the handler, or what became of one that is not: `settled` for good, or
 * `handed_back`, to come again.
 */
export type Examined = Accepted | 'settled' | 'handed_back';

/**
 * What stands between a claim and its handler. A message that fails is settled here, whichever way is its own.
 *
 *     content unreadable, too large, not JSON, invalid, unknown version -> quarantine
 *     in the wrong box                                                  -> quarantine (misrouted)
 *     its name is not what its content says                             -> back, under the right name
 *     another copy is leased                                            -> back, for ever longer, with jitter
 *     the ledger has it                                                 -> finished as a duplicate
 *     its time has passed                                               -> quarantine (expired)
 *     delivered too often without an end                                -> quarantine (exhausted)
 *     its handler was done with it, and died before it was put aside    -> quarantine (rejected, exhausted)
 */
export function examine(core: Core, claimed: Claimed): Awaitable<Examined> {
  const read = readMessage(core, claimed);
  if ('givingUp' in read) return givenUp(core, claimed, read.givingUp);
  const { message } = read;
  const accepted: Accepted = { claimed, message, identity: identityOf(message) };
  const misrouting = misroutingOf(message, claimed.entry.box);
  if (misrouting !== null) {
    const { kind, agentId } = claimed.entry.box;
    const reason = `The message lies in the ${kind} of ${JSON.stringify(agentId)}, but belongs to ${misrouting.found}. Send it to where it belongs.`;
    return givenUp(core, claimed, { code: 'misrouted', reason, details: [misrouting] });
  }
  const admission = core.store.admit(claimed, accepted.identity);
  return admission instanceof Promise
    ? admission.then((answer) => afterAdmission(core, accepted, answer))
    : afterAdmission(core, accepted, admission);
}

/** At once for most: nothing but a file system that keeps one waiting is waited for. */
function afterAdmission(core: Core, accepted: Accepted, admission: Admission): Awaitable<Examined> {
  const { claimed, message, identity } = accepted;
  if (admission !== 'admitted') return notAdmitted(core, accepted, admission);
  core.contention.forget(claimed.entry, identity.messageId);
  const ending = endingOf(core, accepted);
  if (ending !== null) return givenUp(core, claimed, ending);
  if (!mayHaveUnsaidEnding(claimed.entry)) return accepted;
  return unsaidEnding(core, claimed.entry, message).then<Examined>((unsaid) =>
    unsaid === null ? accepted : givenUp(core, claimed, unsaid),
  );
}

async function givenUp(core: Core, claimed: Claimed, why: GivingUp): Promise<'settled'> {
  await giveUp(core, claimed, why);
  return 'settled';
}

/**
 * {@link examine} for callers that have no loop to mend things: when it throws, the message is put back first, so that
 * none stays in hand that nobody knows of.
 */
export async function examineOrPutBack(core: Core, claimed: Claimed): Promise<Examined> {
  try {
    return await examine(core, claimed);
  } catch (error) {
    if (!(error instanceof SettledInDoubt)) await putBack(core, claimed);
    throw error;
  }
}

/** Back as if it had not been claimed; where that fails, it goes back by itself as soon as it can. */
export async function putBack(core: Core, claimed: Claimed): Promise<void> {
  try {
    await core.store.release(claimed, { readyAt_ms: null, counts: 'undelivered' });
  } catch (error) {
    if (error instanceof QueueError && error.code === 'ERR_LEASE_LOST') return;
    core.events.report(error);
    core.store.abandon(claimed);
  }
}

function readMessage(
  core: Core,
  { content }: Claimed,
): { readonly message: Message } | { readonly givingUp: GivingUp } {
  if ('fault' in content) {
    const { code, detail } = content.fault;
    const reason =
      code === 'too_large'
        ? `The file is too large: ${detail}. Send a reference to large content, such as a path.`
        : `The file cannot be read: ${detail}. Mend that, then replay it.`;
    return { givingUp: { code, reason } };
  }
  const parsed = tryParseMessage(content.bytes, { definitions: core.definitions });
  if (parsed.ok) return { message: parsed.message };
  return {
    givingUp: { code: parsed.error.reason, reason: parsed.error.message, details: parsed.error.faults },
  };
}

async function notAdmitted(
  core: Core,
  { claimed, identity }: Accepted,
  admission: Exclude<Admission, 'admitted'>,
): Promise<'settled' | 'handed_back'> {
  switch (admission) {
    case 'misnamed':
      await core.store.release(claimed, {
        readyAt_ms: claimed.entry.readyAt_ms,
        counts: 'undelivered',
        identity,
      });
      return 'handed_back';
    case 'contended': {
      const delay_ms = core.contention.delay_ms(claimed.entry, identity.messageId, core.random);
      const readyAt_ms = core.clock.now() + delay_ms;
      await core.store.release(claimed, { readyAt_ms, counts: 'undelivered' });
      return 'handed_back';
    }
    case 'duplicate':
      return await finishDuplicate(core, claimed, identity);
  }
}

async function finishDuplicate(core: Core, claimed: Claimed, identity: Identity): Promise<'settled'> {
  let doubt: SettledInDoubt | null = null;
  try {
    await core.store.ack(claimed, identity, { durability: core.ackDurability, duplicate: true });
  } catch (error) {
    doubt = doubtIn(error);
  }
  core.events.tell('duplicate', claimed.entry);
  if (doubt !== null) throw doubt;
  return 'settled';
}

function endingOf(core: Core, { claimed: { entry }, message }: Accepted): GivingUp | null {
  if (entry.expiresAt_ms !== null && entry.expiresAt_ms <= core.clock.now()) {
    const at = new Date(entry.expiresAt_ms).toISOString();
    return {
      code: 'expired',
      reason: `The message expired at ${at}, before anybody handled it. Replay it if it still matters.`,
    };
  }
  const limits = limitsFor(message, core.retry);
  if (!isExhausted(entry, limits)) return null;
  return { code: 'exhausted', reason: exhaustionOf(entry, limits) };
}
