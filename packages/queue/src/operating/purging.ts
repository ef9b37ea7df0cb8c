import { tryParseMessage } from '@tapps-agents/contracts';
import { checkAgentId } from '../agent-id.ts';
import type { Core } from '../core.ts';
import { QueueError } from '../errors.ts';
import { Failures } from '../failures-on-the-way.ts';
import { asksForReason, reasonOrFault, withoutReason } from '../letter-reason.ts';
import { matchesLetter } from './inspecting.ts';
import { entryFrom, fixSet, overSet } from './operation-set.ts';
import { isObject } from '../is-object.ts';
import type { PurgeOptions, PurgeStep, ReplayFilter } from '../operations.ts';
import type { OperationRecord } from '../operation-log.ts';
import type { StoredFile } from '../stored-file.ts';
import type { Entry } from '../stored-message.ts';
import { entriesMeant } from './entries-meant.ts';
import { WaitingLog, type SetLog } from './waiting-log.ts';

/**
 * Says which messages of one box a purge would remove, and, unless it is a dry run, removes them for good.
 *
 * The set is fixed and written down first: what arrives meanwhile stays, and the record says which ids went, when, and at
 * whose hands. Each is removed by its exact name, so one that is claimed or replayed meanwhile is not touched.
 */
export async function* purge(core: Core, options: PurgeOptions): AsyncGenerator<PurgeStep> {
  checkAgentId(options.box.agentId);
  if (options.dryRun !== false) {
    yield* chosen(core, options);
    return;
  }
  const unknown: PurgeStep[] = [];
  const log = new WaitingLog(core.store.operationLog);
  const record = await fixSet(core, itemsOf(core, options, unknown), {
    kind: 'purge',
    by: options.by ?? core.agent,
    asked: { box: options.box, state: options.state, filter: options.filter ?? {} },
    log,
  });
  yield* unknown;
  if (record === null) return;
  await options.onBegin?.(record);
  await options.keep?.(contents(core, record, log, options));
  const failures = new Failures();
  try {
    yield* overSet(core, record, { act: (items) => discardAll(core, items, failures, options), log });
  } finally {
    if (log.fault !== null) options.onUnrecorded?.(log.fault);
  }
  failures.throwIfAny('messages could not be removed; the others were.');
}

async function discardAll(
  core: Core,
  items: readonly unknown[],
  failures: Failures,
  { signal }: PurgeOptions,
): Promise<readonly (PurgeStep | null)[]> {
  signal?.throwIfAborted();
  const steps: (PurgeStep | null)[] = [];
  for (const item of items) {
    if (signal?.aborted === true) break;
    const step = await failures.guard(async () => {
      const entry = entryOf(item);
      return stepFor(entry, (await core.store.discard(entry)) ? 'purged' : 'gone');
    });
    steps.push(step);
  }
  return steps;
}

function stepFor(entry: Entry, outcome: PurgeStep['outcome']): PurgeStep {
  return { entry, messageId: entry.messageId, outcome };
}

async function* itemsOf(
  core: Core,
  options: PurgeOptions,
  unknown: PurgeStep[],
): AsyncGenerator<{ readonly entry: Entry }> {
  for await (const step of chosen(core, options)) {
    if (step.outcome === 'unknown') unknown.push(step);
    else yield { entry: step.entry };
  }
}

/** What is to be kept of the set before anything is removed. One that cannot be read ends it all, with nothing removed. */
async function* contents(
  core: Core,
  record: OperationRecord,
  log: SetLog,
  { signal }: PurgeOptions,
): AsyncGenerator<StoredFile> {
  for (let part = 0; part < record.parts; part += 1) {
    for (const item of await log.part(record.id, part)) {
      signal?.throwIfAborted();
      yield* await core.store.dumpEntry(entryOf(item));
    }
  }
}

function entryOf(item: unknown): Entry {
  const entry = isObject(item) ? entryFrom(item['entry']) : null;
  if (entry !== null) return entry;
  throw new QueueError('ERR_NOT_FOUND', 'An item of the purge’s set is damaged; it was passed over.');
}

/** What would go, and of what it cannot be told whether it would. */
async function* chosen(core: Core, options: PurgeOptions): AsyncGenerator<PurgeStep> {
  const { box, state, filter = {}, signal } = options;
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  for await (const batch of entriesMeant(core, { state, box }, filter.id)) {
    for (const entry of batch) {
      signal?.throwIfAborted();
      if (left <= 0) return;
      const step = await stepIfMeant(core, filter, entry);
      if (step === null) continue;
      if (step.outcome === 'purge') left -= 1;
      yield step;
    }
  }
}

async function stepIfMeant(core: Core, filter: ReplayFilter, entry: Entry): Promise<PurgeStep | null> {
  if (entry.state !== 'dead') return (await matches(core, filter, entry)) ? stepFor(entry, 'purge') : null;
  // What does not choose by reasons does not need them; what does must know one before that message is removed.
  if (!asksForReason(filter)) return matchesLetter(filter, entry, null) ? stepFor(entry, 'purge') : null;
  const { reason, reasonFault } = await reasonOrFault(core.store, entry);
  if (reasonFault === null) return matchesLetter(filter, entry, reason) ? stepFor(entry, 'purge') : null;
  const mayBeMeant = matchesLetter(withoutReason(filter), entry, null);
  return mayBeMeant ? { ...stepFor(entry, 'unknown'), reasonFault } : null;
}

async function matches(core: Core, filter: ReplayFilter, entry: Entry): Promise<boolean> {
  const { messageType, before_ms, after_ms, workflowId, taskId } = filter;
  if (messageType !== undefined && entry.messageType !== messageType) return false;
  const isDated = entry.createdAt_ms > 0;
  if (before_ms !== undefined && !(isDated && entry.createdAt_ms < before_ms)) return false;
  if (after_ms !== undefined && !(isDated && entry.createdAt_ms >= after_ms)) return false;
  if (workflowId === undefined && taskId === undefined) return true;
  const bytes = await core.store.read(entry);
  const parsed = bytes === undefined ? null : tryParseMessage(bytes, { definitions: core.definitions });
  if (parsed?.ok !== true) return false;
  return (
    (workflowId === undefined || parsed.message.workflow_id === workflowId) &&
    (taskId === undefined || parsed.message.task_id === taskId)
  );
}
