import { checkAgentId } from '../agent-id.ts';
import type { Core } from '../core.ts';
import { QueueError } from '../errors.ts';
import { Failures } from '../failures-on-the-way.ts';
import { staysFor } from '../letter-reason.ts';
import { fixSet } from './operation-set.ts';
import type { ReplayOptions, ReplayStep, ResumeReplayOptions } from '../operations.ts';
import { checkRegistered } from '../sending/sending.ts';
import { actOn, previewOn } from './replay-phases.ts';
import { planReplay, type ReplayItem } from './replay-plan.ts';
import { itemFor, replaySource } from './replay-set.ts';
import { goneOnWith } from './resumption.ts';
import type { OperationRecord } from '../operation-log.ts';

/**
 * Says what a replay would do with each message that matches, and, unless it is a dry run, does it.
 *
 * To act, it first writes down the set, so what dies meanwhile is not swept in, and who does what; a replay that is killed
 * can be gone on with. Each message is looked at anew right before it is moved. A step that fails is thrown only after the
 * others were done.
 */
export async function* replay(core: Core, options: ReplayOptions = {}): AsyncGenerator<ReplayStep> {
  if (options.to !== undefined) await checkRegistered(core, checkAgentId(options.to));
  checkRate(options.rate);
  if (options.dryRun !== false) {
    yield* preview(core, options);
    return;
  }
  const unedited: ReplayStep[] = [];
  const record = await fixSet(core, itemsOf(core, options, unedited), {
    kind: 'replay',
    by: options.by ?? core.agent,
    asked: asked(options),
  });
  yield* unedited;
  if (record !== null) yield* actOn(core, record, options);
}

/** Goes on with a replay that was interrupted, as it was asked for; in a dry run says what is left of it. @throws QueueError `ERR_NOT_FOUND` */
export async function* resumeReplay(
  core: Core,
  id: string | null,
  options: ResumeReplayOptions = {},
): AsyncGenerator<ReplayStep> {
  checkRate(options.rate);
  const record = id === null ? await lastInterrupted(core) : await core.store.operationLog.read(id);
  if (record?.kind !== 'replay') {
    throw new QueueError(
      'ERR_NOT_FOUND',
      id === null
        ? 'No replay was interrupted; there is nothing to go on with.'
        : `There is no replay ${JSON.stringify(id.slice(0, 80))}, or its record is damaged.`,
    );
  }
  if (record.endedAt !== null)
    throw new QueueError('ERR_NOT_FOUND', `Replay ${record.id} was finished at ${record.endedAt}.`);
  const { to, force, reset_counters, rate } = record.asked;
  const asAsked = {
    ...(typeof to === 'string' && { to: checkAgentId(to) }),
    force: force === true,
    resetCounters: reset_counters !== false,
    ...(typeof rate === 'number' && rate > 0 && { rate }),
    ...options,
    isResumed: true,
  };
  if (options.dryRun === true) yield* previewOn(core, record, asAsked);
  else yield* actOn(core, await goneOnWith(core, record, options.by ?? core.agent), asAsked);
}

/** The last at which nobody is any more; where there is none, the last of which that cannot be told, or that runs. */
async function lastInterrupted(core: Core): Promise<OperationRecord | undefined> {
  let last: OperationRecord | undefined;
  for await (const record of core.store.operationLog.list()) {
    if (record.kind !== 'replay' || record.endedAt !== null) continue;
    if (record.atWork !== true) return record;
    last ??= record;
  }
  return last;
}

async function* preview(core: Core, options: ReplayOptions): AsyncGenerator<ReplayStep> {
  const failures = new Failures();
  for await (const letter of replaySource(core, options)) {
    options.signal?.throwIfAborted();
    const item: ReplayItem = { entry: letter.entry, run: null, text: null };
    const plan = await failures.guard(() => planReplay(core, item, letter.reason, options));
    if (plan === null) continue;
    const fault = letter.reasonFault ?? null;
    yield fault === null ? plan.step : { ...plan.step, outcome: 'will_fail', detail: staysFor(fault) };
  }
  failures.throwIfAny('messages could not be looked at; the others were.');
}

async function* itemsOf(
  core: Core,
  options: ReplayOptions,
  unedited: ReplayStep[],
): AsyncGenerator<ReplayItem> {
  for await (const letter of replaySource(core, options)) {
    options.signal?.throwIfAborted();
    const item = await itemFor(core, letter, options);
    if (item !== null) yield item;
    else {
      const { entry, reason } = letter;
      const detail = 'It was not changed in the editor, so it stays where it is.';
      unedited.push({
        entry,
        messageId: entry.messageId,
        reason,
        to: entry.box,
        outcome: 'unedited',
        detail,
      });
    }
  }
}

/** What was asked for, as the record keeps it. */
function asked({
  from = 'dead',
  filter = {},
  to,
  force,
  resetCounters,
  rate,
  edit,
}: ReplayOptions): Record<string, unknown> {
  return {
    from,
    filter,
    ...(to !== undefined && { to }),
    force: force === true,
    reset_counters: resetCounters ?? true,
    ...(rate !== undefined && { rate }),
    ...(edit !== undefined && { edited: true }),
  };
}

function checkRate(rate: number | undefined): void {
  if (rate === undefined || (Number.isFinite(rate) && rate > 0)) return;
  throw new QueueError(
    'ERR_INVALID_OPTION',
    `rate must be a number of messages a second, above 0; got ${rate}`,
  );
}
