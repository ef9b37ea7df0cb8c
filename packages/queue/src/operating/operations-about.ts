import { isAgentId } from '../agent-id.ts';
import type { Core } from '../core.ts';
import { QueueError } from '../errors.ts';
import { entryFrom } from './operation-set.ts';
import { isObject } from '../is-object.ts';
import type { OperationMark, OperationsAbout } from '../reports.ts';
import { itemFrom, traceOfReplay } from './replayed-before.ts';
import { parseEdited, redirectedId } from './replay-rewriting.ts';
import { actedOn } from './resumption.ts';
import type { OperationRecord, PartAbout } from '../operation-log.ts';
import type { Entry } from '../stored-message.ts';

/** So many are told, the newest. */
const MOST_MARKS = 50;
/** So many parts of sets are looked through, 200,000 messages: an answer must not take longer the more operators did. */
const MOST_PARTS = 400;

/**
 * What operators did with the message of this id, as far as their records, which are kept as long as the ledger, tell: the oldest
 * first. A set that is damaged is passed over.
 */
export async function operationsAbout(core: Core, messageId: string): Promise<OperationsAbout> {
  const marks: OperationMark[] = [];
  let partsLeft = MOST_PARTS;
  for await (const operation of core.store.operationLog.list()) {
    let before: number | null = 0;
    for (let part = 0; part < operation.parts; part += 1) {
      if (partsLeft === 0 || marks.length >= MOST_MARKS)
        return { marks: marks.toReversed(), isComplete: false };
      partsLeft -= 1;
      const about = await partAbout(core, operation.id, part, messageId);
      for (const { index, item } of about?.found ?? []) {
        const entry = isObject(item) ? entryFrom(item['entry']) : null;
        // An id that is too long for a name is not told: its beginning and its hash were found.
        if (entry === null || (entry.messageId ?? messageId) !== messageId) continue;
        const trace = isReplay(operation) ? await traceOfReplay(core, operation, itemFrom(item)) : null;
        marks.push({
          operation,
          entry,
          insteadId: insteadIdOf(core, operation, entry, item),
          isProven: trace !== null,
          ...actedOn(operation, before === null ? null : before + index, trace),
        });
      }
      before = before === null || about === null ? null : before + about.length;
    }
  }
  return { marks: marks.toReversed(), isComplete: true };
}

/** A replay that may have moved something: whoever wrote the record, it names no box that there cannot be. */
function isReplay({ kind, asked: { to } }: OperationRecord): boolean {
  return kind === 'replay' && (typeof to !== 'string' || isAgentId(to));
}

/** What was edited is written in the set; what goes to another agent has an id that follows from its own. */
function insteadIdOf(core: Core, { asked }: OperationRecord, entry: Entry, item: unknown): string | null {
  const text = isObject(item) ? item['text'] : null;
  if (typeof text === 'string') {
    const edited = parseEdited(core, text, entry);
    return typeof edited === 'string' ? null : edited.message.message_id;
  }
  const { to } = asked;
  return typeof to === 'string' ? redirectedId(entry, to) : null;
}

/** Null for a part that is missing or damaged. */
async function partAbout(core: Core, id: string, part: number, messageId: string): Promise<PartAbout | null> {
  try {
    return await core.store.operationLog.partAbout(id, part, messageId);
  } catch (error) {
    if (error instanceof QueueError && error.code === 'ERR_NOT_FOUND') return null;
    throw error;
  }
}
