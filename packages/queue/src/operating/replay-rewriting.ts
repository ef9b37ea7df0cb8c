import {
  MessageError,
  SCHEMA_VERSION,
  serializeMessage,
  tryParseMessage,
  type Message,
} from '@tapps-agents/contracts';
import type { Core } from '../core.ts';
import { integerThatWouldChange } from './exact-integers.ts';
import { deriveMessageId } from '../sending/derive-id.ts';
import { identityOf, isTaskAssignment, misroutingOf, routeOf } from '../identity.ts';
import type { Box, Entry, Outgoing } from '../stored-message.ts';

/*
 * A message's bytes are never changed, so what is to be replayed with another content is a message of its own: under a new
 * message_id, with the old one as its cause. The new id follows from the entry and from what is made of it. So to do the same
 * again, after a crash in between, sends the same id, which the receiver's ledger drops.
 *
 * What another writer said that this version has no word for is passed on with the message. An editor is as strict as any
 * writer of this version, so that a mistyped field is noticed; of a newer minor it does not know the fields. What has an integer that
 * this version cannot write as it stands is not written anew.
 */

/** The message as a task of another agent; null where its type says nothing of whom it is for. */
export function redirected(core: Core, message: Message, entry: Entry, to: Box): Outgoing | null {
  if (!isTaskAssignment(message) || to.kind !== 'inbox') return null;
  const assigned = { ...message, assigned_to: to.agentId };
  const id = redirectedId(entry, to.agentId);
  return outgoing(caused(assigned, id, message.message_id), to, textOf(core, { passedOn: true }));
}

/** The id under which a message goes to another agent. */
export function redirectedId({ entryId }: Pick<Entry, 'entryId'>, agentId: string): string {
  return deriveMessageId('replay', entryId, 'to', agentId);
}

/** What was edited, as a message of its own and with its box; or what is wrong with it, in a sentence. */
export function parseEdited(
  core: Core,
  text: string,
  entry: Entry,
): { readonly message: Message; readonly box: Box } | string {
  const parsed = tryParseMessage(new TextEncoder().encode(text), { definitions: core.definitions });
  if (!parsed.ok) return parsed.error.message;
  const changed = integerThatWouldChange(text);
  if (changed !== null) return changed;
  const { message } = parsed;
  const box = isTaskAssignment(message) ? routeOf(message, undefined) : entry.box;
  const misrouting = misroutingOf(message, box);
  if (misrouting !== null)
    return `${misrouting.pointer} must be ${misrouting.expected} in this box; it is ${misrouting.found}.`;
  return { message, box };
}

/** The text of an edited message under its new id, or what is wrong with it. `oldId`: null where the original does not tell it. */
export function editedText(
  core: Core,
  message: Message,
  entry: Entry,
  oldId: string | null,
): { readonly text: string } | { readonly fault: string } {
  const { message_id: _, ...content } = message;
  const id = deriveMessageId('replay', entry.entryId, 'edited', JSON.stringify(content));
  try {
    return { text: textOf(core, isNewer(message))(caused(message, id, oldId)) };
  } catch (error) {
    if (error instanceof MessageError) return { fault: error.message };
    throw error;
  }
}

/** An edited message on its way into a box. */
export function editedOutgoing(core: Core, message: Message, box: Box): Outgoing {
  return outgoing(message, box, textOf(core, isNewer(message)));
}

function outgoing(message: Message, box: Box, text: (message: Message) => string): Outgoing {
  return { box, identity: identityOf(message), bytes: new TextEncoder().encode(text(message)) };
}

function isNewer({ schema_version }: Message): { readonly passedOn: boolean } {
  return { passedOn: schema_version !== SCHEMA_VERSION };
}

function textOf(core: Core, { passedOn }: { readonly passedOn: boolean }): (message: Message) => string {
  return (message) => serializeMessage(message, { definitions: core.definitions, preserveUnknown: passedOn });
}

function caused(message: Message, id: string, cause: string | null): Message {
  const metadata = cause === null ? message.metadata : { ...message.metadata, causation_id: cause };
  return { ...message, message_id: id, metadata };
}
