import { join } from 'node:path';
import { serializeMessage, type Message } from '@tapps-agents/contracts';
import { FsAtomicError, systemFailure, type Awaitable, type Durability } from '@tapps-agents/fs-atomic';
import { checkAgentId } from '../agent-id.ts';
import type { Core } from '../core.ts';
import { toMilliseconds } from '../duration.ts';
import { checkDurability } from './durability-option.ts';
import { QueueError } from '../errors.ts';
import { addressed, identityOf, routeOf } from '../identity.ts';
import { MAX_SEND_BATCH } from '../limits.ts';
import type { SendOptions, SendResult } from '../queue.ts';
import type { Receipt } from '../store.ts';
import type { Box, Outgoing } from '../stored-message.ts';
import { unknownAgent } from '../unknown-agent.ts';

/** Messages whose loss would leave somebody waiting are made durable before `send` returns. */
const CRITICAL = new Set(['task_assignment', 'task_complete']);

/** As {@link sendMany}, for one. */
export async function send(core: Core, message: Message, options: SendOptions): Promise<SendResult> {
  if (options.durability !== undefined) checkDurability(options.durability, 'durability');
  const outgoing = prepare(core, message, options);
  const { box } = outgoing;
  if (box.kind === 'inbox') {
    const known = checkRecipient(core, box.agentId, options.register ?? false);
    if (known instanceof Promise) await known;
  }
  const durability = durabilityOf(core, outgoing, options.durability);
  const { signal } = options;
  const [receipt] = await core.store.publish(
    [outgoing],
    signal === undefined ? { durability } : { durability, signal },
  );
  tellSent(core, outgoing);
  return resultOf(outgoing, receipt?.durability ?? 'none');
}

/**
 * Validates messages, finds their boxes, and publishes them: each batch of equal durability in one go. Where one fails, those before it
 * are sent, and an error of the file system has their paths too in `published`.
 */
export async function sendMany(
  core: Core,
  messages: readonly Message[],
  options: SendOptions = {},
): Promise<readonly SendResult[]> {
  if (messages.length > MAX_SEND_BATCH) {
    throw new QueueError(
      'ERR_INVALID_OPTION',
      `At most ${MAX_SEND_BATCH} messages can be sent at once; got ${messages.length}. Send them in parts.`,
    );
  }
  if (options.durability !== undefined) checkDurability(options.durability, 'durability');
  const outgoing = messages.map((message) => prepare(core, message, options));
  await checkRecipients(core, outgoing, options.register ?? false);
  const results: SendResult[] = [];
  const sent: Receipt[] = [];
  for (const durability of ['full', 'file', 'none'] as const) {
    const indexes = outgoing.flatMap((one, index) =>
      durabilityOf(core, one, options.durability) === durability ? [index] : [],
    );
    if (indexes.length === 0) continue;
    const batch = indexes.flatMap((index) => outgoing[index] ?? []);
    for (const [position, receipt] of (await publish(core, batch, durability, options, sent)).entries()) {
      const [one, index] = [batch[position], indexes[position]];
      if (one === undefined || index === undefined) continue;
      results[index] = resultOf(one, receipt.durability);
      sent.push(receipt);
      tellSent(core, one);
    }
  }
  return results;
}

/** `sent`: what was sent before in the same call. */
async function publish(
  core: Core,
  batch: readonly Outgoing[],
  durability: Durability,
  { signal }: SendOptions,
  sent: readonly Receipt[],
): Promise<readonly Receipt[]> {
  try {
    return await core.store.publish(batch, signal === undefined ? { durability } : { durability, signal });
  } catch (error) {
    if (sent.length === 0 || !(error instanceof FsAtomicError)) throw error;
    const published = [...sent.map(({ entryId }) => join(core.root, entryId)), ...error.published];
    throw systemFailure(error, { attempted: 'send all to', path: core.root, published });
  }
}

function tellSent(core: Core, { box, identity }: Outgoing): void {
  core.events.emit('sent', { box, messageId: identity.messageId, messageType: identity.messageType });
}

/** A message, validated and serialised, with its box and its times. */
export function prepare(
  core: Core,
  message: Message,
  options: Pick<SendOptions, 'to' | 'delay' | 'ttl'>,
): Outgoing {
  if (options.to !== undefined) checkAgentId(options.to);
  const now = core.clock.now();
  const delay_ms = toMilliseconds(options.delay ?? 0, 'delay');
  const sent = addressed(message, options.to);
  const text = serializeMessage(sent, { definitions: core.definitions });
  return {
    box: routeOf(sent, options.to),
    identity: identityOf(sent),
    bytes: Buffer.from(text),
    readyAt_ms: delay_ms === 0 ? null : now + delay_ms,
    expiresAt_ms: options.ttl === undefined ? null : now + toMilliseconds(options.ttl, 'ttl'),
  };
}

/** The durability that a message is published with. */
export function durabilityOf(core: Core, message: Outgoing, wanted?: Durability): Durability {
  return wanted ?? core.durability ?? (CRITICAL.has(message.identity.messageType) ? 'full' : 'none');
}

/** Mail to an agent that nobody has registered is an error, not an inbox that nobody reads. */
export async function checkRecipients(
  core: Core,
  messages: readonly Outgoing[],
  register: boolean,
): Promise<void> {
  const recipients = new Set(
    messages.filter(({ box }) => box.kind === 'inbox').map(({ box }) => box.agentId),
  );
  for (const agentId of recipients) {
    await checkRecipient(core, agentId, register);
  }
}

function checkRecipient(core: Core, agentId: string, register: boolean): Awaitable<void> {
  return register ? core.store.registerAgent(agentId).then(() => undefined) : checkRegistered(core, agentId);
}

/** Refuses an agent that nobody has registered. @throws QueueError `ERR_UNKNOWN_AGENT`, naming the nearest */
export function checkRegistered(core: Core, agentId: string): Awaitable<void> {
  const registered = core.store.isRegistered(agentId);
  return registered === true ? undefined : refuseUnlessRegistered(core, agentId, registered);
}

async function refuseUnlessRegistered(
  core: Core,
  agentId: string,
  registered: Awaitable<boolean>,
): Promise<void> {
  if (!(await registered)) throw await unknownAgent(core, agentId);
}

function resultOf(
  { box, identity, readyAt_ms }: { box: Box } & Outgoing,
  durability: Durability,
): SendResult {
  return {
    status: readyAt_ms === null || readyAt_ms === undefined ? 'queued' : 'delayed',
    messageId: identity.messageId,
    durability,
    box,
  };
}
