import { tryParseMessage } from '@tapps-agents/contracts';
import { systemErrorCode } from '@tapps-agents/fs-atomic';
import type { Core } from '../core.ts';
import { QueueError } from '../errors.ts';
import { deadLetters } from './inspecting.ts';
import type { ReplayFilter, ReplayOptions } from '../operations.ts';
import type { DeadLetter } from '../reports.ts';
import { integerThatWouldChange } from './exact-integers.ts';
import { editedText, parseEdited } from './replay-rewriting.ts';
import { planReplay, type ReplayItem } from './replay-plan.ts';
import type { Entry } from '../stored-message.ts';
import { entriesMeant } from './entries-meant.ts';

/** How often one message may come back from the editor with something wrong. */
const MAX_EDITS = 100;

/** The messages that a replay is for, as they lie now. */
export async function* replaySource(core: Core, options: ReplayOptions): AsyncGenerator<DeadLetter> {
  const filter = options.filter ?? {};
  if (options.from !== 'processed') yield* deadLetters(core, filter);
  else if (filter.code === undefined) yield* processed(core, filter);
  else {
    throw new QueueError(
      'ERR_INVALID_OPTION',
      `Finished messages died of nothing: the code ${JSON.stringify(filter.code)} chooses among dead letters alone.`,
    );
  }
}

/** An item of the set: its run is chosen, and it is edited, when the set is fixed. Null: the editor left it as it was. */
export async function itemFor(
  core: Core,
  letter: DeadLetter,
  options: ReplayOptions,
): Promise<ReplayItem | null> {
  const item: ReplayItem = { entry: letter.entry, run: null, text: null };
  if (options.edit !== undefined) {
    const text = await edit(core, letter, options.edit);
    return text === null ? null : { ...item, text };
  }
  if (options.force !== true) return item;
  try {
    const { run } = await planReplay(core, item, letter.reason, options);
    return { ...item, run };
  } catch (error) {
    // One bad sector keeps no other from being replayed. Whoever acts on this one looks again, and says what is wrong.
    if (systemErrorCode(error) === undefined) throw error;
    return item;
  }
}

async function edit(
  core: Core,
  letter: DeadLetter,
  editor: NonNullable<ReplayOptions['edit']>,
): Promise<string | null> {
  const { entry } = letter;
  const bytes = await core.store.read(entry);
  if (bytes === undefined) return null;
  const original = tryParseMessage(bytes, { definitions: core.definitions });
  const asItStands = new TextDecoder().decode(bytes);
  let text =
    original.ok && integerThatWouldChange(asItStands) === null
      ? `${JSON.stringify(original.message, null, 2)}\n`
      : asItStands;
  let fault: string | null = null;
  for (let round = 0; round < MAX_EDITS; round += 1) {
    const edited = await editor({ letter, text, fault });
    if (edited === null) return null;
    const parsed = parseEdited(core, edited, entry);
    if (typeof parsed !== 'string') {
      fault = await unknownRecipient(core, parsed.box.kind, parsed.box.agentId);
      const oldId = original.ok ? original.message.message_id : (entry.messageId ?? null);
      if (fault === null) {
        const written = editedText(core, parsed.message, entry, oldId);
        if ('text' in written) return written.text;
        fault = written.fault;
      }
    } else fault = parsed;
    text = edited;
  }
  throw new QueueError(
    'ERR_INVALID_MESSAGE',
    `What was edited was not valid ${MAX_EDITS} times. Nothing was replayed.`,
  );
}

async function unknownRecipient(core: Core, kind: string, agentId: string): Promise<string | null> {
  if (kind !== 'inbox' || (await core.store.isRegistered(agentId))) return null;
  return `No agent ${JSON.stringify(agentId)} is registered.`;
}

async function* processed(core: Core, filter: ReplayFilter): AsyncGenerator<DeadLetter> {
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  for await (const batch of entriesMeant(core, { state: 'processed' }, filter.id)) {
    for (const entry of batch) {
      if (left <= 0) return;
      if (!(await matches(core, filter, entry))) continue;
      left -= 1;
      yield { entry, location: core.store.describeLocation(entry), reason: null };
    }
  }
}

async function matches(core: Core, filter: ReplayFilter, entry: Entry): Promise<boolean> {
  if (filter.agentId !== undefined && entry.box.agentId !== filter.agentId) return false;
  if (filter.boxKind !== undefined && entry.box.kind !== filter.boxKind) return false;
  const at = entry.processedAt_ms ?? 0;
  if (filter.before_ms !== undefined && at >= filter.before_ms) return false;
  if (filter.after_ms !== undefined && at < filter.after_ms) return false;
  if (entry.run !== 0 || entry.entryId.includes('~dup~')) return false;
  if (filter.workflowId === undefined && filter.taskId === undefined && filter.messageType === undefined)
    return true;
  const bytes = await core.store.read(entry);
  const parsed = bytes === undefined ? null : tryParseMessage(bytes, { definitions: core.definitions });
  if (parsed?.ok !== true) return false;
  const { message } = parsed;
  return (
    (filter.workflowId === undefined || message.workflow_id === filter.workflowId) &&
    (filter.taskId === undefined || message.task_id === filter.taskId) &&
    (filter.messageType === undefined || message.message_type === filter.messageType)
  );
}
