import type { Core } from '../core.ts';
import { QueueError } from '../errors.ts';
import type { OperationRecord } from '../operation-log.ts';
import { isObject } from '../is-object.ts';
import type { BoxKind, Entry, MessageState } from '../stored-message.ts';
import type { SetLog } from './waiting-log.ts';

/** So many messages are in one part of a set, unless they carry content. */
const PART_ITEMS = 500;
/** A part is closed once its items have so many characters. */
const PART_CHARACTERS = 2 * 2 ** 20;
/** The most messages of one operation. */
const MAX_ITEMS = 1_000_000;

/** How an operation is recorded. */
export interface OperationStart {
  readonly kind: OperationRecord['kind'];
  readonly by: string;
  readonly asked: Readonly<Record<string, unknown>>;
  /** Where its set and its record are written; by default the store's log. */
  readonly log?: SetLog;
}

/**
 * Fixes the set of an operation: writes its items, in parts, and then the record that says it has begun. Null, and nothing
 * is written, where there are none. What appears later is not in the set; and of a million messages memory holds a part.
 */
export async function fixSet(
  core: Core,
  items: AsyncIterable<object>,
  { kind, by, asked, log = core.store.operationLog }: OperationStart,
): Promise<OperationRecord | null> {
  const id = log.newId();
  const startedAt = new Date(core.clock.now()).toISOString();
  let part: object[] = [];
  let characters = 0;
  let parts = 0;
  let total = 0;
  const flush = async (): Promise<void> => {
    if (part.length === 0) return;
    await log.savePart(id, parts, part);
    parts += 1;
    part = [];
    characters = 0;
  };
  for await (const item of items) {
    total += 1;
    if (total > MAX_ITEMS) {
      throw new QueueError(
        'ERR_INVALID_OPTION',
        `More than ${MAX_ITEMS} messages match. Nothing was done; choose fewer with a filter or a limit.`,
      );
    }
    part.push(item);
    characters += 'text' in item && typeof item.text === 'string' ? item.text.length : 0;
    if (part.length >= PART_ITEMS || characters >= PART_CHARACTERS) await flush();
  }
  await flush();
  if (total === 0) return null;
  const record: OperationRecord = {
    id,
    kind,
    by,
    startedAt,
    endedAt: null,
    asked,
    total,
    parts,
    next: { part: 0, index: 0 },
    tally: {},
    atWork: true,
  };
  await log.save(record, 'full');
  return record;
}

/** So many items are acted on together, at most; how far an operation has come is written down after that many. */
const CHUNK_ITEMS = 100;

/** How the items of a set are acted on. */
export interface SetAction<Step> {
  /**
   * Acts on items, and says what became of each, which is counted: null for one that failed. May stop early, and then says less, but
   * at least of the first.
   */
  readonly act: (items: readonly unknown[]) => Promise<readonly (Step | null)[]>;
  /** So many at once, if less than usual. */
  readonly most?: number;
  /** The log that the set was written with; by default the store's. */
  readonly log?: SetLog;
}

/**
 * Does an operation's steps over its set, in its order, from where its record says on, and keeps the record. Several are done
 * together, and then handed on. When it is left early, or killed, it can be gone on with: the last hundred steps may then be met
 * again, so each must bear that.
 */
export async function* overSet<Step extends { readonly outcome: string }>(
  core: Core,
  record: OperationRecord,
  { act, most = CHUNK_ITEMS, log = core.store.operationLog }: SetAction<Step>,
): AsyncGenerator<Step> {
  const tally: Record<string, number> = { ...record.tally };
  let { part, index } = record.next;
  let sinceSaved = 0;
  let endedAt: string | null = null;
  let isActing = false;
  const save = (atWork: boolean): Promise<void> => {
    const next = { part, index, isExact: !atWork && !isActing };
    return log.save({ ...record, endedAt, next, tally: { ...tally }, atWork }, 'none');
  };
  try {
    for (; part < record.parts; part += 1, index = 0) {
      const items = await log.part(record.id, part);
      while (index < items.length) {
        isActing = true;
        const steps = await act(items.slice(index, index + Math.min(most, CHUNK_ITEMS)));
        for (const step of steps) {
          const outcome = step?.outcome ?? 'failed';
          tally[outcome] = (tally[outcome] ?? 0) + 1;
        }
        index += steps.length;
        isActing = false;
        // Before the record is written: where that fails, as on a full disk, they are done all the same.
        for (const step of steps) if (step !== null) yield step;
        sinceSaved += steps.length;
        if (sinceSaved >= CHUNK_ITEMS) {
          await save(true);
          sinceSaved = 0;
        }
      }
    }
    endedAt = new Date(core.clock.now()).toISOString();
  } finally {
    await save(false);
  }
}

/** The messages of an operation's set. @throws QueueError `ERR_NOT_FOUND` */
export async function* logged(core: Core, id: string): AsyncGenerator<Entry> {
  const log = core.store.operationLog;
  const record = await log.read(id);
  if (record === undefined)
    throw new QueueError('ERR_NOT_FOUND', `There is no operation ${JSON.stringify(id.slice(0, 80))}.`);
  for (let part = 0; part < record.parts; part += 1) {
    for (const item of await log.part(id, part)) {
      const entry = isObject(item) ? entryFrom(item['entry']) : null;
      if (entry !== null) yield entry;
    }
  }
}

/** An entry as a set has it: what is on disk may be damaged, or not ours. Null where it is none. */
export function entryFrom(value: unknown): Entry | null {
  if (!isObject(value)) return null;
  const { state, box, entryId, messageId, messageType, priority } = value;
  if (!isObject(box) || (box['kind'] !== 'inbox' && box['kind'] !== 'outbox')) return null;
  if (typeof box['agentId'] !== 'string' || typeof entryId !== 'string' || !isSafe(entryId)) return null;
  if (state !== 'ready' && state !== 'dead' && state !== 'processed') return null;
  const count = (name: string): number => (Number.isInteger(value[name]) ? Number(value[name]) : 0);
  const time = (name: string): number | null => (typeof value[name] === 'number' ? value[name] : null);
  return {
    state: state satisfies MessageState,
    box: { kind: box['kind'] satisfies BoxKind, agentId: box['agentId'] },
    entryId,
    owner: null,
    messageId: typeof messageId === 'string' ? messageId : null,
    messageType: typeof messageType === 'string' ? messageType : '',
    createdAt_ms: time('createdAt_ms') ?? 0,
    priority: priority === 'high' || priority === 'low' ? priority : 'medium',
    readyAt_ms: time('readyAt_ms'),
    expiresAt_ms: time('expiresAt_ms'),
    processedAt_ms: time('processedAt_ms'),
    deliveries: count('deliveries'),
    failures: count('failures'),
    releases: count('releases'),
    run: count('run'),
  };
}

/** An entry's id leads to its file, so one from a file must not lead anywhere else. */
function isSafe(entryId: string): boolean {
  return (
    /^(?:dlq|processed|inbox|outbox)\//.test(entryId) &&
    !/[\u0000-\u001f\\:]/.test(entryId) &&
    entryId.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..')
  );
}
