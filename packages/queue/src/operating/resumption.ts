import type { Core } from '../core.ts';
import { MOST_RESUMPTIONS } from '../limits.ts';
import type { OperationRecord } from '../operation-log.ts';
import type { OperationRun } from '../reports.ts';
import type { RevivalTrace } from '../store.ts';
import { MOST_UNRECORDED } from './replayed-before.ts';

const MOST_BY_CHARACTERS = 200;
/** The moments of files come from a clock that ticks a hundred times a second or more, so they may be that much behind. */
const TICK_MS = 20;

/** Writes down that an operation is gone on with, and by whom. */
export async function goneOnWith(core: Core, record: OperationRecord, by: string): Promise<OperationRecord> {
  const { next, tally, resumptions = [], forgottenResumptions = 0 } = record;
  const all = [
    ...resumptions,
    {
      by: by.slice(0, MOST_BY_CHARACTERS),
      at: new Date(core.clock.now()).toISOString(),
      done: Object.values(tally).reduce((sum, count) => sum + count, 0),
      isExact: next.isExact === true,
    },
  ];
  const kept = all.slice(-MOST_RESUMPTIONS);
  const resumed = {
    ...record,
    next: { part: next.part, index: next.index },
    resumptions: kept,
    forgottenResumptions: forgottenResumptions + all.length - kept.length,
    atWork: true,
  };
  await core.store.operationLog.save(resumed, 'full');
  return resumed;
}

/** Which runs of an operation may have acted on a message of its set, the oldest first, and when it was moved; null where that is not known. */
export interface ActedOn {
  readonly runs: readonly OperationRun[];
  readonly movedAt: string | null;
}

/**
 * Who acted on the message at this place of the set, of those who were at it one after the other. A run that was killed did a few more
 * than its record says, so of those it may have been that one or the next. `position`: null where it is not known. `trace`: of the
 * message; where its moment is in no run, as of files that were copied, it tells nothing.
 */
export function actedOn(
  record: OperationRecord,
  position: number | null,
  trace: RevivalTrace | null,
): ActedOn {
  const runs = runsOf(record).filter(
    ({ since, until }) => position === null || (since <= position && position < until),
  );
  const at_ms = trace?.at_ms ?? null;
  if (trace === null || at_ms === null) return { runs: runs.map(told), movedAt: null };
  const during = runs.filter(({ from, to }) => {
    const hasBegun = at_ms >= Date.parse(from) - TICK_MS;
    return hasBegun && (!trace.isMove || to === null || at_ms <= Date.parse(to) + TICK_MS);
  });
  const last = during.at(-1);
  const isPlausible = last !== undefined && (last.to === null || at_ms <= Date.parse(last.to) + TICK_MS);
  if (!isPlausible) return { runs: runs.map(told), movedAt: null };
  return { runs: during.map(told), movedAt: during.length === 1 ? new Date(at_ms).toISOString() : null };
}

interface Run extends OperationRun {
  /** The places in the set on which it may have acted: from this one … */
  readonly since: number;
  /** … to before that one. */
  readonly until: number;
}

/** One after the other; those in the middle that are not remembered are one, of nobody that is known. */
function runsOf(record: OperationRecord): readonly Run[] {
  const { by, startedAt, endedAt, resumptions = [], forgottenResumptions = 0 } = record;
  const begun = [
    { by: forgottenResumptions > 0 ? '' : by, from: startedAt, since: 0, isExact: true },
    ...resumptions.map(({ by: who, at, done, isExact }) => ({ by: who, from: at, since: done, isExact })),
  ];
  return begun.map((run, index) => {
    const after = begun[index + 1];
    return {
      ...run,
      to: after === undefined ? endedAt : after.from,
      until:
        after === undefined ? Number.POSITIVE_INFINITY : after.since + (after.isExact ? 0 : MOST_UNRECORDED),
    };
  });
}

function told({ by, from, to }: Run): OperationRun {
  return { by, from, to };
}
