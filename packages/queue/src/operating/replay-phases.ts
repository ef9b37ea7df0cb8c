import type { Core } from '../core.ts';
import { Failures } from '../failures-on-the-way.ts';
import { reasonOrFault, staysFor } from '../letter-reason.ts';
import { leftHalfDone } from './left-half-done.ts';
import { overSet } from './operation-set.ts';
import type { ReplayOptions, ReplayStep } from '../operations.ts';
import { Pace } from './replay-pace.ts';
import { planReplay, type ReplayPlan } from './replay-plan.ts';
import { itemFrom, wasReplayed } from './replayed-before.ts';
import type { OperationRecord } from '../operation-log.ts';
import type { Outgoing } from '../stored-message.ts';

/** Content of so many bytes is held at most before it is published, and one message more. */
const CHUNK_BYTES = 8 * 2 ** 20;
/** With a rate, something happens so many times a second. */
const CHUNKS_PER_SECOND = 10;

/** So many are looked at before they are told, in a preview. */
const PREVIEW_ITEMS = 100;

const DONE_BEFORE = 'It was replayed before, by the run of this replay that was interrupted.';
const MOVED_BEFORE =
  'It is where it was to go, and its reason was left behind: moved before, by the run of this replay that was interrupted or by another program.';

/** How the set of a record is replayed: as it was asked for, and whether a run of it was interrupted before. */
export interface ActOptions extends ReplayOptions {
  readonly isResumed?: boolean;
}

/**
 * Replays the set of a record, in its order, a chunk at a time, each in phases that share their flushes:
 *
 *     look at each message as it is now
 *     rename the dead ones that go as they are, flush, then keep their reasons
 *     publish what goes as another message, or as a copy, flush, then take the dead ones away
 *
 * What is handed on as `replayed` is flushed. If we die in a chunk, some of its messages are where they go, and the others where
 * they were; going on meets all of the chunk again.
 */
export async function* actOn(
  core: Core,
  record: OperationRecord,
  options: ActOptions,
): AsyncGenerator<ReplayStep> {
  const failures = new Failures();
  const pace = new Pace(core, options);
  await options.onBegin?.(record);
  yield* overSet(core, record, {
    act: async (items) => {
      const plans = await planAll(core, items, { failures, pace, options, record });
      return await carryOut(core, plans, failures, { ...options, operation: record.id });
    },
    ...(options.rate !== undefined && { most: Math.max(1, Math.floor(options.rate / CHUNKS_PER_SECOND)) }),
  });
  failures.throwIfAny('messages could not be replayed; the others were.');
}

/** Says what `actOn` would do with what is left of the set of a record; changes nothing. */
export async function* previewOn(
  core: Core,
  record: OperationRecord,
  options: ActOptions,
): AsyncGenerator<ReplayStep> {
  const failures = new Failures();
  let { index } = record.next;
  for (let { part } = record.next; part < record.parts; part += 1, index = 0) {
    const items = await core.store.operationLog.part(record.id, part);
    for (; index < items.length; index += PREVIEW_ITEMS) {
      const plans: (ReplayPlan | null)[] = [];
      for (const value of items.slice(index, index + PREVIEW_ITEMS)) {
        options.signal?.throwIfAborted();
        plans.push(await failures.guard(() => planFor(core, value, record, options)));
      }
      for (const plan of await withHalfDone(core, plans, failures)) if (plan !== null) yield plan.step;
    }
  }
  failures.throwIfAny('messages could not be looked at; the others were.');
}

/** The plans of the first of the items, null where one could not be made; fewer where that is a lot to hold, or enough. */
async function planAll(
  core: Core,
  items: readonly unknown[],
  {
    failures,
    pace,
    options,
    record,
  }: {
    readonly failures: Failures;
    readonly pace: Pace;
    readonly options: ActOptions;
    readonly record: OperationRecord;
  },
): Promise<readonly (ReplayPlan | null)[]> {
  const { signal } = options;
  const plans: (ReplayPlan | null)[] = [];
  let held = 0;
  for (const value of items) {
    if (plans.length === 0) signal?.throwIfAborted();
    else if (signal?.aborted === true || held >= CHUNK_BYTES) break;
    const plan = await failures.guard(() => planFor(core, value, record, options));
    if (plan !== null && plan.act !== null && plan.step.outcome === 'replay') {
      try {
        await pace.wait();
      } catch (error) {
        if (plans.length === 0) throw error;
        break;
      }
      held += plan.act.kind === 'revive' ? 0 : plan.act.outgoing.bytes.byteLength;
    }
    plans.push(plan);
  }
  return options.isResumed === true ? await withHalfDone(core, plans, failures) : plans;
}

/** Of what is gone, some may be where it was to go: the interrupted run, or whoever moved it, left its reason behind. */
async function withHalfDone(
  core: Core,
  plans: readonly (ReplayPlan | null)[],
  failures: Failures,
): Promise<readonly (ReplayPlan | null)[]> {
  const absent = plans.flatMap((plan) => {
    if (plan?.step.outcome !== 'gone' || plan.step.entry.state !== 'dead') return [];
    const { entry, to: box } = plan.step;
    const run = plan.act?.kind === 'revive' ? plan.act.run : null;
    return [{ plan, entry, box, run: run ?? entry.run }];
  });
  const found = await failures.guard(() => leftHalfDone(core, absent));
  const halfDone = new Set([...(found ?? [])].map(({ plan }) => plan));
  const unknown = new Set(found === null ? absent.map(({ plan }) => plan) : []);
  return plans.map((plan) => {
    if (plan === null || unknown.has(plan)) return null;
    return halfDone.has(plan) ? { ...plan, step: { ...done(plan.step), detail: MOVED_BEFORE } } : plan;
  });
}

async function planFor(
  core: Core,
  value: unknown,
  record: OperationRecord,
  options: ActOptions,
): Promise<ReplayPlan> {
  const item = itemFrom(value);
  const isDead = item.entry.state === 'dead';
  const known = isDead ? await reasonOrFault(core.store, item.entry) : { reason: null, reasonFault: null };
  const plan = await planReplay(core, item, known.reason, options);
  if (known.reasonFault !== null && plan.step.outcome !== 'gone') {
    const detail = staysFor(known.reasonFault);
    return { ...plan, act: null, step: { ...plan.step, outcome: 'will_fail', detail } };
  }
  if (plan.step.outcome !== 'gone' || !isDead) return plan;
  const wasDone = await wasReplayed(core, record, item);
  const step = wasDone ? { ...done(plan.step), detail: DONE_BEFORE } : plan.step;
  // We may have been killed between moving the message and keeping its reason, which the store then does.
  return { ...plan, step, act: item.text === null ? { kind: 'revive', run: item.run } : null };
}

async function carryOut(
  core: Core,
  plans: readonly (ReplayPlan | null)[],
  failures: Failures,
  { resetCounters = true, operation }: ReplayOptions & { readonly operation: string },
): Promise<readonly (ReplayStep | null)[]> {
  const steps = plans.map((plan) => plan?.step ?? null);
  const settle = (index: number, result: PromiseSettledResult<ReplayStep>): void => {
    if (result.status === 'rejected') failures.add(result.reason);
    steps[index] = result.status === 'fulfilled' ? result.value : null;
  };
  const acting = plans.flatMap((plan, index) =>
    plan === null || plan.act === null ? [] : [{ index, plan, act: plan.act }],
  );
  const revivals = acting.flatMap(({ index, plan: { step }, act }) =>
    act.kind === 'revive' ? [{ index, step, run: act.run }] : [],
  );
  const revived = await core.store.reviveMany(
    revivals.map(({ step, run }) => ({
      entry: step.entry,
      box: step.to,
      operation,
      ...(run === null ? {} : { run }),
    })),
    { resetCounters },
  );
  for (const [at, { index, step }] of revivals.entries()) {
    const result = revived[at];
    if (result?.status === 'fulfilled')
      settle(index, { status: 'fulfilled', value: result.value ? done(step) : gone(step) });
    else if (result !== undefined) settle(index, result);
  }
  // Each by itself, to be told of its own failure; all the same they share their flushes, as they come in one turn.
  const others = acting.flatMap(({ index, plan: { step }, act }) =>
    act.kind === 'revive' ? [] : [{ index, step, act }],
  );
  const published = await Promise.allSettled(
    others.map(({ step, act }) => publish(core, step, act, operation)),
  );
  for (const [at, { index }] of others.entries()) {
    const result = published[at];
    if (result !== undefined) settle(index, result);
  }
  return steps;
}

async function publish(
  core: Core,
  step: ReplayStep,
  { kind, outgoing }: { readonly kind: 'copy' | 'instead'; readonly outgoing: Outgoing },
  operation: string,
): Promise<ReplayStep> {
  await core.store.publish([outgoing], { durability: 'full' });
  if (kind === 'copy' || (await core.store.supersede(step.entry, operation))) return done(step);
  return {
    ...done(step),
    detail: `${step.detail} The dead letter was taken by somebody else at this moment.`,
  };
}

function done(step: ReplayStep): ReplayStep {
  return { ...step, outcome: 'replayed' };
}

/** Nothing was there to be moved: said already, or somebody else was sooner in just this moment. */
function gone(step: ReplayStep): ReplayStep {
  const isSaid = step.outcome === 'gone' || step.outcome === 'replayed';
  return isSaid ? step : { ...step, outcome: 'gone', detail: 'Somebody else was first.' };
}
