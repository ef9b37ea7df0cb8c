import { tryParseMessage, type Message } from '@tapps-agents/contracts';
import type { Core } from '../core.ts';
import { QueueError } from '../errors.ts';
import { identityOf } from '../identity.ts';
import { letterOf, reasonOrFault, withoutReason, withWhatReasonTells } from '../letter-reason.ts';
import { rememberedOf } from './earlier-boxes.ts';
import { operationsAbout } from './operations-about.ts';
import type { ReplayFilter } from '../operations.ts';
import type { DeadLetter, MessageReport, OperationMark } from '../reports.ts';
import type { Entry, MessageState } from '../stored-message.ts';
import { textOf } from '../text-of.ts';
import { withIdIn } from './whole-id.ts';
import { entriesMeant } from './entries-meant.ts';

const MAX_RAW_CHARACTERS = 65_536;
const MAX_FOUND = 100;
const STATES: readonly MessageState[] = ['ready', 'leased', 'dead', 'processed'];

/** Finds a message in every state by its id, the beginning of it, or an entry id. */
export async function find(core: Core, id: string): Promise<readonly MessageReport[]> {
  const found = await entriesNamed(core, id);
  if (found.length === 0) {
    throw new QueueError(
      'ERR_NOT_FOUND',
      `There is no message ${JSON.stringify(id)} in any box. It may have been processed and removed since; see \`tapps-mq inspect\` for what is there.`,
    );
  }
  const reports: MessageReport[] = [];
  for (const entry of found) reports.push(await reportOn(core, entry));
  const exact = reports.filter((report) => report.entry.entryId === id || idOf(report) === id);
  const chosen = exact.length > 0 ? exact : reports;
  const ids = new Set(chosen.map((report) => idOf(report) ?? report.entry.entryId));
  if (ids.size > 1) throw ambiguous(id, [...ids]);
  return chosen;
}

/**
 * Entries of this id or name, or else those whose id begins like it: an id may look like an entry's name. An outside
 * writer's file that nobody has looked into is known by its name alone. A box that cannot be listed hides nothing in the
 * others; only where none of them has it does the failure count, as it may be in there.
 */
async function entriesNamed(core: Core, id: string): Promise<Entry[]> {
  const failures: unknown[] = [];
  const onFailure = (error: unknown): void => void failures.push(error);
  const exact = new Map<string, Entry>();
  const begun = new Map<string, Entry>();
  for (const state of STATES) {
    for await (const batch of core.store.entries({ state, idPrefix: id, onFailure })) {
      for (const entry of batch) {
        if (entry.messageType === '' && entry.state !== 'processed') continue;
        if (entry.messageId === id) exact.set(entry.entryId, entry);
        else if (begun.size <= MAX_FOUND) begun.set(entry.entryId, entry);
      }
    }
    if (!id.includes('/')) continue;
    for await (const batch of core.store.entries({ state, onFailure })) {
      for (const entry of batch) if (entry.entryId === id) exact.set(entry.entryId, entry);
    }
  }
  if (exact.size > 0) return [...exact.values()].slice(0, MAX_FOUND);
  if (begun.size === 0 && failures.length > 0) throw failures[0];
  if (begun.size > MAX_FOUND)
    throw ambiguous(
      id,
      [...begun.values()].map(({ messageId, entryId }) => messageId ?? entryId),
    );
  return [...begun.values()];
}

/** A long id is in the content alone. */
function idOf({ message, entry }: MessageReport): string | null {
  return message?.message_id ?? entry.messageId;
}

/** Dead letters with their reasons, as they lie, that match. */
export async function* deadLetters(core: Core, filter: ReplayFilter = {}): AsyncGenerator<DeadLetter> {
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  for await (const batch of entriesMeant(core, { state: 'dead' }, filter.id)) {
    for (const entry of batch) {
      if (left <= 0) return;
      const letter = await letterOf(core.store, entry);
      const asked = letter.reasonFault === null ? filter : withoutReason(filter);
      if (!matchesLetter(asked, entry, letter.reason)) continue;
      left -= 1;
      yield letter;
    }
  }
}

/** Whether a dead letter is what a filter is for. */
export function matchesLetter(filter: ReplayFilter, entry: Entry, reason: DeadLetter['reason']): boolean {
  const at = reason === null ? null : Date.parse(reason.quarantined_at);
  return (
    (filter.agentId === undefined || entry.box.agentId === filter.agentId) &&
    (filter.boxKind === undefined || entry.box.kind === filter.boxKind) &&
    (filter.messageType === undefined || entry.messageType === filter.messageType) &&
    (filter.code === undefined || reason?.code === filter.code) &&
    (filter.workflowId === undefined || reason?.message.workflow_id === filter.workflowId) &&
    (filter.taskId === undefined || reason?.message.task_id === filter.taskId) &&
    (filter.before_ms === undefined || (at !== null && at < filter.before_ms)) &&
    (filter.after_ms === undefined || (at !== null && at >= filter.after_ms))
  );
}

async function reportOn(core: Core, entry: Entry): Promise<MessageReport> {
  const { bytes, fault } = await contentOf(core, entry);
  const parsed = bytes === undefined ? null : tryParseMessage(bytes, { definitions: core.definitions });
  const message = parsed?.ok === true ? parsed.message : null;
  const known =
    entry.state === 'dead'
      ? await reasonOrFault(core.store, entry)
      : { reason: null, reasonFault: null, reasonDamage: null };
  const named = message === null || entry.messageType !== '' ? entry : { ...entry, ...knownFrom(message) };
  const told = withWhatReasonTells(core.store, withIdIn(core.store, named, bytes), known.reason);
  const messageId = message?.message_id ?? told.messageId;
  return {
    entry: told,
    location: core.store.describeLocation(entry),
    message,
    raw: bytes === undefined ? '' : new TextDecoder().decode(bytes).slice(0, MAX_RAW_CHARACTERS),
    contentFault: fault,
    holder: entry.owner === null ? null : await core.store.holder(entry.owner),
    ...known,
    failures: messageId === null ? [] : await core.store.journal(entry.box, messageId).failures(),
    movedAt_ms: await core.store.movedAt(entry),
    ...(messageId === null ? { deaths: [], handBacks: [] } : await rememberedOf(core, entry.box, messageId)),
    operations: messageId === null ? { marks: [], isComplete: true } : await operationsAbout(core, messageId),
    origin: message === null ? null : await originOf(core, message),
  };
}

async function originOf(core: Core, { message_id, metadata }: Message): Promise<OperationMark | null> {
  const cause = metadata['causation_id'];
  if (typeof cause !== 'string') return null;
  const { marks } = await operationsAbout(core, cause);
  return marks.findLast(({ insteadId }) => insteadId === message_id) ?? null;
}

/** Without bytes where they cannot be had, as of a message that is dead because it is too large: the rest of the report counts. */
async function contentOf(core: Core, entry: Entry): Promise<{ bytes?: Uint8Array; fault: string | null }> {
  try {
    const bytes = await core.store.read(entry);
    return bytes === undefined ? { fault: 'It has moved on meanwhile: look again.' } : { bytes, fault: null };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : textOf(error) };
  }
}

/** What a ledger entry's name leaves out; its counters are not kept anywhere. */
function knownFrom(message: Message): Pick<Entry, 'messageId' | 'messageType' | 'createdAt_ms' | 'priority'> {
  const { messageId, messageType, createdAt_ms, priority } = identityOf(message);
  return { messageId, messageType, createdAt_ms, priority };
}

/** So many of the ids that were found are named. */
const MOST_NAMED = 5;
/** The longest id is 512 characters, and its beginning tells it from the others. */
const MOST_CHARACTERS = 60;

function ambiguous(id: string, found: readonly string[]): QueueError {
  const named = found
    .toSorted((a, b) => (a < b ? -1 : 1))
    .slice(0, MOST_NAMED)
    .map((one) => JSON.stringify(one.length > MOST_CHARACTERS ? `${one.slice(0, MOST_CHARACTERS)}…` : one));
  const more = found.length > MOST_NAMED ? ', and others' : '';
  return new QueueError(
    'ERR_AMBIGUOUS_ID',
    `More than one message id begins with ${JSON.stringify(id)}: ${named.join(', ')}${more}. Give more of the id.`,
  );
}
