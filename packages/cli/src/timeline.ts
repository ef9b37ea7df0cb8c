import type { Failure } from '@tapps-agents/contracts';
import type { MessageReport } from '@tapps-agents/queue';
import { historyOf } from './history.ts';
import { replayMarks } from './replay-marks.ts';
import type { ReplayMark } from './replay-marks.ts';

/** One thing that happened to a message. */
export interface TimelineEvent {
  readonly event:
    | 'created'
    | 'failed'
    | 'died'
    | 'replayed'
    | 'finished'
    | 'handed_back'
    | 'leased'
    | 'waiting'
    | 'delayed';
  /** RFC 3339; null where nobody wrote down when. */
  readonly at: string | null;
  /** What happened, in words. */
  readonly text: string;
  /** The delivery in which it happened; null where it is of none, or of several. */
  readonly delivery: number | null;
  /** What went wrong, for a failure. */
  readonly failure: Failure | null;
  /** Who did it, where it was an operator. */
  readonly by: string | null;
  /** The operation in which they did. */
  readonly operation: string | null;
}

/**
 * What is known to have happened to a message, from its creation to now. Failures, deaths, replays and the finish are written down
 * with their moments, replays for as long as their records are kept; of deliveries that were handed back, only that they happened.
 */
export function timelineOf(report: MessageReport): readonly TimelineEvent[] {
  const dated = [...created(report), ...deliveries(report), ...deaths(report), ...replays(report)].toSorted(
    (a, b) => momentOf(a) - momentOf(b),
  );
  return [...withLostReplays(dated, report), ...handedBack(report), ...present(report)];
}

function event(
  name: TimelineEvent['event'],
  at: string | null,
  text: string,
  failure: Failure | null = null,
): TimelineEvent {
  return { event: name, at, text, delivery: failure?.delivery ?? null, failure, by: null, operation: null };
}

function created({ entry, message }: MessageReport): readonly TimelineEvent[] {
  const { kind, agentId } = entry.box;
  if (message !== null)
    return [
      event('created', message.created_at, `created by ${message.agent_id}, for the ${kind} of ${agentId}`),
    ];
  const at = entry.createdAt_ms === 0 ? null : new Date(entry.createdAt_ms).toISOString();
  return [event('created', at, `arrived for the ${kind} of ${agentId}`)];
}

const KINDS = {
  failed: 'failed',
  timed_out: 'ran out of time',
  lost: 'was lost with its process',
  rejected: 'was rejected',
} as const;

/** Each failure once: the journal and every reason may have it. */
function deliveries(report: MessageReport): readonly TimelineEvent[] {
  const seen = new Map<string, Failure>();
  for (const failure of [...report.deaths.flatMap(({ history }) => history), ...historyOf(report)])
    seen.set(`${failure.delivery} ${failure.at} ${failure.kind}`, failure);
  return [...seen.values()].map((failure) =>
    event('failed', failure.at, `delivery ${failure.delivery} ${KINDS[failure.kind]}`, failure),
  );
}

function deaths({ deaths: earlier, reason }: MessageReport): readonly TimelineEvent[] {
  return [...earlier, ...(reason === null ? [] : [reason])].map((death) =>
    event('died', death.quarantined_at, `quarantined as ${death.code}: ${death.reason}`),
  );
}

const HOW: Readonly<Record<ReplayMark['how'], string>> = {
  brought_back: 'brought back from the dead letters',
  in_place_of: 'published in the place of',
  again: 'put back to be handled again',
};

function replays(report: MessageReport): readonly TimelineEvent[] {
  return replayMarks(report).map((mark) => {
    const { id, by, startedAt } = mark.operation;
    const what =
      mark.how === 'in_place_of' ? `${HOW[mark.how]} ${mark.entry.messageId ?? 'another'}` : HOW[mark.how];
    const text = `${what} by ${by === '' ? 'somebody' : by}, in replay ${id}`;
    return { ...event('replayed', startedAt, text), by, operation: id };
  });
}

/**
 * The journal knows of each death that a replay followed, also where the replay's record is gone: then nobody knows when, only that
 * it was before whatever came next.
 */
function withLostReplays(
  dated: readonly TimelineEvent[],
  { deaths: { length: replayed } }: MessageReport,
): readonly TimelineEvent[] {
  let left = replayed;
  return dated.flatMap((one, index) => {
    if (one.event !== 'died' || left === 0) return [one];
    left -= 1;
    const rest = dated.slice(index + 1);
    const until = rest.findIndex(({ event: name }) => name === 'died');
    const isKnown = rest
      .slice(0, until < 0 ? undefined : until)
      .some(({ event: name }) => name === 'replayed');
    return isKnown ? [one] : [one, event('replayed', null, 'brought back from the dead letters')];
  });
}

function momentOf({ at }: TimelineEvent): number {
  const at_ms = at === null ? Number.NaN : Date.parse(at);
  return Number.isNaN(at_ms) ? 0 : at_ms;
}

function handedBack({ entry }: MessageReport): readonly TimelineEvent[] {
  const { releases, state } = entry;
  if (releases === 0 || state === 'processed') return [];
  const times = releases === 1 ? 'one delivery was' : `${releases} deliveries were`;
  return [event('handed_back', null, `${times} handed back, or forgiven by a replay`)];
}

function present({ entry, holder }: MessageReport): readonly TimelineEvent[] {
  const { state, deliveries: number, readyAt_ms, processedAt_ms } = entry;
  if (state === 'processed' && processedAt_ms !== null)
    return [event('finished', new Date(processedAt_ms).toISOString(), 'acknowledged; the ledger has it')];
  if (state === 'leased') {
    const who = holder?.agentId ?? entry.box.agentId;
    return [
      { ...event('leased', null, `now: delivery ${number}, in the hands of ${who}`), delivery: number },
    ];
  }
  if (state !== 'ready') return [];
  return readyAt_ms === null
    ? [event('waiting', null, 'now: ready, to be taken by the next consumer')]
    : [event('delayed', new Date(readyAt_ms).toISOString(), 'not before this it is ready')];
}
