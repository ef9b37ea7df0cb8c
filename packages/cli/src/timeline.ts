import type { Failure } from '@tapps-agents/contracts';
import type { MessageReport } from '@tapps-agents/queue';
import { historyOf } from './history.ts';

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
}

/**
 * What is known to have happened to a message, from its creation to now. Failures, deaths and the finish are written down with
 * their moments; of deliveries that were handed back, and of a replay, only that they happened.
 */
export function timelineOf(report: MessageReport): readonly TimelineEvent[] {
  const dated = [...created(report), ...deliveries(report), ...deaths(report)].toSorted(
    (a, b) => momentOf(a) - momentOf(b),
  );
  return [...dated.flatMap(withReplay(report.deaths.length)), ...handedBack(report), ...present(report)];
}

function event(
  name: TimelineEvent['event'],
  at: string | null,
  text: string,
  failure: Failure | null = null,
): TimelineEvent {
  return { event: name, at, text, delivery: failure?.delivery ?? null, failure };
}

function created({ entry, message }: MessageReport): readonly TimelineEvent[] {
  const { kind, agentId } = entry.box;
  if (message !== null)
    return [event('created', message.created_at, `by ${message.agent_id}, for the ${kind} of ${agentId}`)];
  const at = entry.createdAt_ms === 0 ? null : new Date(entry.createdAt_ms).toISOString();
  return [event('created', at, `for the ${kind} of ${agentId}`)];
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

/** After each of the first deaths, as many as there were, comes a replay, of which nobody wrote down when. */
function withReplay(replays: number): (one: TimelineEvent) => readonly TimelineEvent[] {
  let left = replays;
  return (one) => {
    if (one.event !== 'died' || left === 0) return [one];
    left -= 1;
    return [one, event('replayed', null, 'brought back from the dead letters')];
  };
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
