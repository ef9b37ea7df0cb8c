import type { Core } from '../core.ts';
import { QueueError } from '../errors.ts';
import type { OperationRecord } from '../operation-log.ts';
import type { RevivalTrace } from '../store.ts';
import type { Box, Entry } from '../stored-message.ts';
import { leftHalfDone, type Move } from './left-half-done.ts';
import { entryFrom } from './operation-set.ts';
import { isObject } from '../is-object.ts';
import type { ReplayItem } from './replay-plan.ts';

/*
 * How far a replay has come is written down after every hundred messages or so. One that is killed has done more than its
 * record says, and what it did is found here: by the names that only it gives to what it moves.
 */

/** How far a record may lag behind: what is done together, and what was done since it was written last. */
export const MOST_UNRECORDED = 200;

/**
 * The records of operations, the newest first. The tally of a replay that is not finished has, besides what is written down, what
 * is found to have been replayed since, and as `moved` what is where it was to go and may have been moved by this replay or not.
 */
export async function* operationRecords(core: Core): AsyncGenerator<OperationRecord> {
  for await (const record of core.store.operationLog.list()) {
    const isUnfinished = record.kind === 'replay' && record.endedAt === null;
    const { replayed, moved } = isUnfinished ? await doneSince(core, record) : { replayed: 0, moved: 0 };
    const tally = {
      ...record.tally,
      ...(replayed > 0 && { replayed: (record.tally['replayed'] ?? 0) + replayed }),
      ...(moved > 0 && { moved }),
    };
    yield { ...record, tally };
  }
}

async function doneSince(
  core: Core,
  record: OperationRecord,
): Promise<{ readonly replayed: number; readonly moved: number }> {
  const items: ReplayItem[] = [];
  let { part, index } = record.next;
  let left = MOST_UNRECORDED;
  for (; part < record.parts && left > 0; part += 1, index = 0) {
    const values = (await partOf(core, record, part)).slice(index, index + left);
    left -= values.length;
    items.push(...values.flatMap((value) => itemOrNull(value) ?? []));
  }
  const done = await doneBefore(core, record, items);
  let replayed = 0;
  for (const how of done.values()) if (how === 'replayed') replayed += 1;
  return { replayed, moved: done.size - replayed };
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

/** Whether this replay did it, as the name tells that a message has got, or it was done by this replay or somebody else. */
export type DoneBefore = 'replayed' | 'moved';

/**
 * Which dead messages of the set a run of this replay that was interrupted has moved (`replayed`), and which may have been moved by it:
 * they are where they were to go, and their reasons were left behind, as that run leaves them in its middle.
 */
export async function doneBefore(
  core: Core,
  record: OperationRecord,
  items: readonly ReplayItem[],
): Promise<ReadonlyMap<ReplayItem, DoneBefore>> {
  const done = new Map<ReplayItem, DoneBefore>();
  const unknown: (Move & { readonly item: ReplayItem })[] = [];
  for (const item of items) {
    const { entry, run } = item;
    if (entry.state !== 'dead') continue;
    if (await wasReplayed(core, record, item)) done.set(item, 'replayed');
    else unknown.push({ item, entry, box: boxFor(record, entry), run: run ?? entry.run });
  }
  for (const { item } of await leftHalfDone(core, unknown)) done.set(item, 'moved');
  return done;
}

/** Whether a dead message of the set was moved by this replay, as the name tells that it has got. */
export async function wasReplayed(core: Core, record: OperationRecord, item: ReplayItem): Promise<boolean> {
  return (await traceOfReplay(core, record, item)) !== null;
}

/** What tells that a dead message of the set was moved by this replay; null where nothing does. */
export async function traceOfReplay(
  core: Core,
  record: OperationRecord,
  { entry, run }: ReplayItem,
): Promise<RevivalTrace | null> {
  if (entry.state !== 'dead') return null;
  const { id: operation, asked } = record;
  const revival = { entry, box: boxFor(record, entry), operation, ...(run === null ? {} : { run }) };
  return await core.store.traceOfRevival(revival, { resetCounters: asked['reset_counters'] !== false });
}

/** Where this replay moves a message. */
function boxFor({ asked: { to } }: OperationRecord, { box }: Entry): Box {
  return typeof to === 'string' ? { kind: 'inbox', agentId: to } : box;
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
