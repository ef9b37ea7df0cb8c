import { hostname } from 'node:os';
import {
  clipDeadLetterReason,
  clipFailure,
  peekEnvelope,
  serializeMessage,
  taskComplete,
  type DeadLetterReason,
  type Failure,
  type Fault,
  type PeekedEnvelope,
  type ReasonCode,
} from '@tapps-agents/contracts';
import type { Durability } from '@tapps-agents/fs-atomic';
import type { Core } from '../core.ts';
import { deriveMessageId } from '../sending/derive-id.ts';
import { messageEvent } from '../events.ts';
import { identityOf } from '../identity.ts';
import type { Claimed } from '../claim.ts';
import { SettledInDoubt } from '../settled-in-doubt.ts';
import type { Outgoing } from '../stored-message.ts';
import { textOf } from '../text-of.ts';

/** Why a message is given up. */
export interface GivingUp {
  readonly code: ReasonCode;
  /** One sentence that a person can read, with what to do next. */
  readonly reason: string;
  readonly details?: readonly Fault[];
  /** The failure that led to it, where there is one. */
  readonly failure?: Failure;
  /** How often its handlers have failed, where that is more than its header says. */
  readonly failures?: number;
}

/** The sentence of what is given up because its handlers failed once too often. */
export function failedTooOften(failures: number, last: Failure): string {
  return `The handler failed ${failures} time${failures === 1 ? '' : 's'}, the last time with: ${last.error.message.replace(/\.$/, '')}. Mend the cause, then replay it.`;
}

/**
 * Quarantines a leased message. Whoever waits for a task hears of it first: a `task_complete` with status `failed`
 * goes to the outbox, under an id that follows from the task's, so that a crash in between repeats it unchanged. `onTelling` is
 * called right before that.
 */
export async function giveUp(
  core: Core,
  claimed: Claimed,
  why: GivingUp,
  onTelling: () => void = () => {},
): Promise<void> {
  const { entry, content } = claimed;
  const envelope = peekEnvelope('bytes' in content ? content.bytes : new Uint8Array());
  const messageId = envelope.message_id ?? entry.messageId;
  await core.store.renew(claimed); // A late owner has no say in the history.
  const completion = failedCompletion(core, claimed, envelope, why.reason);
  const said = core.durability ?? 'full';
  const past = await pastOf(core, claimed, messageId, why.failure, completion === null ? 'none' : said);
  await core.store.renew(claimed); // Nor may it speak to anybody.
  if (completion !== null) {
    onTelling();
    await core.store.publish([completion], { durability: said });
  }
  const { entryId, doubt } = await quarantine(core, claimed, reasonFor(core, claimed, envelope, why, past));
  core.events.emit('quarantined', {
    ...messageEvent(entry),
    messageId,
    entryId,
    code: why.code,
    reason: why.reason,
  });
  if (doubt !== null) throw doubt;
}

async function quarantine(
  core: Core,
  claimed: Claimed,
  reason: DeadLetterReason,
): Promise<{ readonly entryId: string; readonly doubt: SettledInDoubt | null }> {
  try {
    return { entryId: await core.store.quarantine(claimed, reason), doubt: null };
  } catch (error) {
    if (error instanceof SettledInDoubt) return { entryId: error.entryId, doubt: error };
    throw error;
  }
}

/** So much of a reason goes out with the failed answer. */
const MAX_ANSWER_CHARACTERS = 8_000;

/** A text as it may be sent: readers in other languages fail on half a character, whether it was cut or a handler's own. */
function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\ufffd');
}

interface Past {
  readonly history: Failure[];
  readonly replays: number;
}

/** What the journal knows of the message, its last failure included, which must not be less durable than the answer that tells of it. */
async function pastOf(
  core: Core,
  { entry }: Claimed,
  messageId: string | null,
  failure: Failure | undefined,
  durability: Durability,
): Promise<Past> {
  if (messageId === null) return { history: failure === undefined ? [] : [failure], replays: 0 };
  const journal = core.store.journal(entry.box, messageId);
  if (failure !== undefined) await journal.recordFailure(failure, durability);
  return { history: [...(await journal.failures())], replays: await journal.replays() };
}

/** A failure as it is kept in the history: bounded, and nothing but text. */
export function failureOf(core: Core, claimed: Claimed, kind: Failure['kind'], error: unknown): Failure {
  const known = error instanceof Error ? error : null;
  const code: unknown = known !== null && 'code' in known ? known.code : null;
  return clipFailure({
    kind,
    delivery: claimed.entry.deliveries,
    at: new Date(core.clock.now()).toISOString(),
    agent_id: core.agent,
    owner: claimed.entry.owner,
    pid: process.pid,
    host: hostname(),
    error: {
      name: textOf(known?.name ?? 'Error'),
      message: textOf(known === null ? error : known.message),
      code: typeof code === 'string' ? code : null,
      stack: known?.stack === undefined ? null : textOf(known.stack),
    },
  });
}

function reasonFor(
  core: Core,
  { entry }: Claimed,
  envelope: PeekedEnvelope,
  why: GivingUp,
  past: Past,
): DeadLetterReason {
  return clipDeadLetterReason({
    code: why.code,
    reason: why.reason,
    details: [...(why.details ?? [])],
    message: {
      message_id: envelope.message_id ?? entry.messageId,
      message_type: envelope.message_type,
      workflow_id: envelope.workflow_id,
      task_id: envelope.task_id,
    },
    origin: { box: entry.box.kind, agent_id: entry.box.agentId, file: entry.entryId },
    quarantined_at: new Date(core.clock.now()).toISOString(),
    quarantined_by: { agent_id: core.agent, owner: entry.owner, pid: process.pid, host: hostname() },
    deliveries: entry.deliveries,
    failures: why.failures ?? entry.failures + (why.failure === undefined ? 0 : 1),
    expires_at: entry.expiresAt_ms === null ? null : new Date(entry.expiresAt_ms).toISOString(),
    ...past,
  });
}

/** Null for anything but a task assignment that tells which task it is. */
function failedCompletion(
  core: Core,
  { entry }: Claimed,
  envelope: PeekedEnvelope,
  reason: string,
): Outgoing | null {
  const { message_id, workflow_id, task_id } = envelope;
  if (entry.box.kind !== 'inbox' || envelope.message_type !== 'task_assignment') return null;
  if (message_id === null || workflow_id === null || task_id === null) return null;
  const message = taskComplete(
    {
      agent_id: entry.box.agentId,
      workflow_id,
      task_id,
      message_id: deriveMessageId(entry.box.agentId, message_id, String(entry.run), 'given up'),
      status: 'failed',
      results: { errors: [wellFormed(reason.slice(0, MAX_ANSWER_CHARACTERS))] },
      metadata: { causation_id: message_id },
    },
    { now: () => core.clock.now() },
  );
  return {
    box: { kind: 'outbox', agentId: entry.box.agentId },
    identity: identityOf(message),
    bytes: new TextEncoder().encode(serializeMessage(message)),
  };
}
