import { tryParseMessage } from '@tapps-agents/contracts';
import type { Core } from './core.ts';
import { QueueError } from './errors.ts';
import { identityOf, misroutingOf } from './identity.ts';
import { deadLetters } from './inspecting.ts';
import type { DeadLetter, ReplayFilter, ReplayOptions, ReplayStep } from './operations.ts';
import type { Box, Entry, Identity } from './stored-message.ts';

/** The most messages of one replay; its set is fixed before anything is moved. */
const MAX_SET = 100_000;

/**
 * Says what a replay would do with each message of a set that is fixed first, and, unless it is a dry run, does it. What
 * dies meanwhile is not swept in; a step that fails is thrown only after the others were done.
 */
export async function* replay(core: Core, options: ReplayOptions = {}): AsyncGenerator<ReplayStep> {
  const set =
    options.from === 'processed'
      ? await processedSet(core, options.filter ?? {})
      : await deadSet(core, options.filter ?? {});
  const failures: unknown[] = [];
  for (const letter of set) {
    options.signal?.throwIfAborted();
    try {
      const plan = await planFor(core, letter, options);
      yield options.dryRun === false && plan.step.outcome === 'replay'
        ? await act(core, plan, options)
        : plan.step;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 1)
    throw failures[0] instanceof Error ? failures[0] : new Error(String(failures[0]));
  if (failures.length > 1)
    throw new AggregateError(failures, `${failures.length} messages could not be replayed; the others were.`);
}

interface Plan {
  readonly step: ReplayStep;
  readonly bytes: Uint8Array | undefined;
  readonly identity: Identity | null;
  /** The run to be handled in: a new one where the ledger has all so far. Null: as it is. */
  readonly run: number | null;
}

async function planFor(core: Core, { entry, reason }: DeadLetter, options: ReplayOptions): Promise<Plan> {
  const to: Box = entry.box;
  const base = { entry, messageId: entry.messageId, reason, to };
  const plan = (outcome: ReplayStep['outcome'], detail: string, rest: Partial<Plan> = {}): Plan => ({
    step: { ...base, messageId: rest.identity?.messageId ?? entry.messageId, outcome, detail },
    bytes: undefined,
    identity: null,
    run: null,
    ...rest,
  });
  const content = await contentOf(core, entry);
  if (content === 'gone') return plan('gone', 'It is no longer there: somebody else was first.');
  if (content === 'unreadable') return refusable(plan, options, 'It still cannot be read.');
  const parsed = tryParseMessage(content, { definitions: core.definitions });
  if (!parsed.ok) return refusable(plan, options, `It would come back: ${parsed.error.message}`);
  const identity = identityOf(parsed.message);
  const misrouting = misroutingOf(parsed.message, to);
  if (misrouting !== null)
    return refusable(plan, options, `It would come back: it belongs to ${misrouting.found}.`, identity);
  const where = `${to.kind} of ${to.agentId}`;
  if (entry.state === 'dead' && !(await core.store.isProcessed(to, identity, entry.run)))
    return plan('replay', `Goes back to the ${where}.`, { bytes: content, identity });
  const run = await firstFreeRun(core, to, identity);
  if (options.force !== true)
    return plan(
      'skip_processed',
      'The ledger has it: it was handled already. With force it is handled again.',
      { identity },
    );
  return plan('replay', `Goes to the ${where} to be handled again (run ${run}).`, {
    bytes: content,
    identity,
    run,
  });
}

function refusable(
  plan: (outcome: ReplayStep['outcome'], detail: string, rest?: Partial<Plan>) => Plan,
  options: ReplayOptions,
  detail: string,
  identity: Identity | null = null,
): Plan {
  return options.force === true
    ? plan('replay', `${detail} Replayed all the same.`, { identity })
    : plan('will_fail', detail, { identity });
}

async function act(
  core: Core,
  { step, bytes, identity, run }: Plan,
  options: ReplayOptions,
): Promise<ReplayStep> {
  const { entry, to } = step;
  if (entry.state === 'dead') {
    const revived = await core.store.revive(entry, {
      resetCounters: options.resetCounters ?? true,
      box: to,
      ...(run === null ? {} : { run }),
    });
    return revived
      ? { ...step, outcome: 'replayed' }
      : { ...step, outcome: 'gone', detail: 'Somebody else was first.' };
  }
  if (bytes === undefined || identity === null || run === null)
    throw new QueueError('ERR_NOT_FOUND', `${entry.entryId} has no content to replay.`);
  await core.store.publish([{ box: to, identity, bytes, counters: { run } }], { durability: 'full' });
  return { ...step, outcome: 'replayed' };
}

async function contentOf(core: Core, entry: Entry): Promise<Uint8Array | 'gone' | 'unreadable'> {
  try {
    return (await core.store.read(entry)) ?? 'gone';
  } catch {
    return 'unreadable'; // Too large, or not permitted: what it died of.
  }
}

/** 0 for a message that was never handled; else the number of the next forced run. */
async function firstFreeRun(core: Core, box: Box, identity: Identity): Promise<number> {
  for (let run = 0; run <= 99; run += 1) {
    if (!(await core.store.isProcessed(box, identity, run))) return run;
  }
  throw new QueueError(
    'ERR_INVALID_OPTION',
    `Message ${identity.messageId} was forced 99 times already. Send it under a new message_id.`,
    { messageId: identity.messageId },
  );
}

async function deadSet(core: Core, filter: ReplayFilter): Promise<DeadLetter[]> {
  const set: DeadLetter[] = [];
  for await (const letter of deadLetters(core, filter)) {
    if (set.length >= MAX_SET) break;
    set.push(letter);
  }
  return set;
}

async function processedSet(core: Core, filter: ReplayFilter): Promise<DeadLetter[]> {
  const set: DeadLetter[] = [];
  const limit = Math.min(filter.limit ?? MAX_SET, MAX_SET);
  for await (const batch of core.store.entries({
    state: 'processed',
    ...(filter.id === undefined ? {} : { idPrefix: filter.id }),
  })) {
    for (const entry of batch) {
      if (set.length >= limit) return set;
      if (await matchesProcessed(core, filter, entry))
        set.push({ entry, location: core.store.describeLocation(entry), reason: null });
    }
  }
  return set;
}

async function matchesProcessed(core: Core, filter: ReplayFilter, entry: Entry): Promise<boolean> {
  if (filter.agentId !== undefined && entry.box.agentId !== filter.agentId) return false;
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
