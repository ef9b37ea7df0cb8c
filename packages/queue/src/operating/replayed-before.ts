import { MessageError, type DeadLetterReason } from '@tapps-agents/contracts';
import type { Core } from '../core.ts';
import { QueueError } from '../errors.ts';
import type { OperationRecord } from '../operation-log.ts';
import { entryFrom, isObject } from './operation-set.ts';
import type { ReplayItem } from './replay-plan.ts';
import type { Box, Entry } from '../stored-message.ts';

/*
 * How far a replay has come is written down after every hundred messages or so. One that is killed has done more than its
 * record says, and what it did is found here: by the names that only it gives to what it moves.
 */

/** How far a record may lag behind: what is done together, and what was done since it was written last. */
const MOST_UNRECORDED = 200;

/**
 * The records of operations, the newest first. The tally of a replay that is not finished has, besides what is written down, what
 * is found to have been replayed since.
 */
export async function* operationRecords(core: Core): AsyncGenerator<OperationRecord> {
  for await (const record of core.store.operationLog.list()) {
    const isUnfinished = record.kind === 'replay' && record.endedAt === null;
    const found = isUnfinished ? await replayedSince(core, record) : 0;
    const replayed = (record.tally['replayed'] ?? 0) + found;
    yield found === 0 ? record : { ...record, tally: { ...record.tally, replayed } };
  }
}

async function replayedSince(core: Core, record: OperationRecord): Promise<number> {
  let found = 0;
  let left = MOST_UNRECORDED;
  let { part, index } = record.next;
  for (; part < record.parts && left > 0; part += 1, index = 0) {
    for (const value of (await partOf(core, record, part)).slice(index, index + left)) {
      left -= 1;
      const item = itemOrNull(value);
      if (item !== null && (await wasReplayed(core, record, item, { isResumed: true }))) found += 1;
    }
  }
  return found;
}

/** Of a set that is damaged nothing is told: the record is shown as it is. */
async function partOf(core: Core, { id }: OperationRecord, part: number): Promise<readonly unknown[]> {
  try {
    return await core.store.operationLog.part(id, part);
  } catch (error) {
    if (error instanceof QueueError && error.code === 'ERR_NOT_FOUND') return [];
    throw error;
  }
}

/**
 * Whether a dead message of the set was moved by this replay, as the name tells that it has got. `isResumed`: a run of it was
 * interrupted; then a reason that lies alone, while its message is where it was to go, is taken for what that run left half done.
 */
export async function wasReplayed(
  core: Core,
  { id: operation, asked }: OperationRecord,
  { entry, run }: ReplayItem,
  { isResumed }: { readonly isResumed: boolean },
): Promise<boolean> {
  if (entry.state !== 'dead') return false;
  const { to, reset_counters } = asked;
  const box: Box = typeof to === 'string' ? { kind: 'inbox', agentId: to } : entry.box;
  const revival = { entry, box, operation, ...(run === null ? {} : { run }) };
  const options = { resetCounters: reset_counters !== false };
  if (await core.store.wasCarriedOut(revival, options)) return true;
  return isResumed && (await wasLeftHalfDone(core, revival));
}

/** The message is gone, its reason is not, and the message is ready, leased or finished in the box where it was to go. */
async function wasLeftHalfDone(
  core: Core,
  { entry, box, run = entry.run }: { readonly entry: ReplayItem['entry']; readonly box: Box; run?: number },
): Promise<boolean> {
  const reason = await wholeReason(core, entry);
  const messageId = entry.messageId ?? reason?.message.message_id ?? null;
  if (reason === undefined || messageId === null) return false;
  if ((await core.store.read(entry)) !== undefined) return false;
  for (const state of ['ready', 'leased'] as const) {
    for await (const batch of core.store.entries({ state, box, idPrefix: messageId }))
      if (batch.some((one) => one.messageId === messageId || one.messageId === null)) return true;
  }
  const { workflow_id: workflowId, task_id: taskId } = reason.message;
  if (workflowId === null || taskId === null) return false;
  return await core.store.isProcessed(box, { messageId, workflowId, taskId }, run);
}

/** The reason of a dead letter; one that is damaged says nothing of what was done. */
async function wholeReason(core: Core, entry: Entry): Promise<DeadLetterReason | undefined> {
  try {
    return await core.store.reason(entry);
  } catch (error) {
    if (error instanceof MessageError) return undefined;
    throw error;
  }
}

/** An item as the set on disk has it. @throws QueueError `ERR_NOT_FOUND` where it is damaged */
export function itemFrom(value: unknown): ReplayItem {
  const item = itemOrNull(value);
  if (item !== null) return item;
  throw new QueueError('ERR_NOT_FOUND', 'An item of the replay’s set is damaged; it was passed over.');
}

function itemOrNull(value: unknown): ReplayItem | null {
  const entry = isObject(value) ? entryFrom(value['entry']) : null;
  if (!isObject(value) || entry === null) return null;
  const { run, text } = value;
  return {
    entry,
    run: typeof run === 'number' && run >= 0 && run <= 99 ? run : null,
    text: typeof text === 'string' ? text : null,
  };
}
