import type { Failure } from '@tapps-agents/contracts';
import type { Box, MessageReport } from '@tapps-agents/queue';
import { historyOf } from './history.ts';
import { processName } from '../process-name.ts';
import { replayMarks } from './replay-marks.ts';
import { replayTold } from './replay-told.ts';
import type { ReplayMark } from './replay-marks.ts';
import { withUnrecorded } from './unrecorded-deliveries.ts';

/** One thing that happened to a message. */
export interface TimelineEvent {
  readonly event:
    | 'created'
    | 'failed'
    | 'died'
    | 'replayed'
    | 'finished'
    | 'handed_back'
    | 'delivered'
    | 'leased'
    | 'waiting'
    | 'delayed';
  /** RFC 3339; null where nobody wrote down when: then the text says between which moments, as far as that is known. */
  readonly at: string | null;
  /** What happened, in words. */
  readonly text: string;
  /** The delivery in which it happened; null where it is of none, or of several. */
  readonly delivery: number | null;
  /** What went wrong, for a failure. */
  readonly failure: Failure | null;
  /** Who did it, for what an operator did, and for a delivery that was handed back or that finished the message. */
  readonly by: string | null;
  /** The operation in which they did. */
  readonly operation: string | null;
}

/** An event with the moment before which it was not, in milliseconds since 1970, where its own is not known. */
type Placed = TimelineEvent & { readonly since_ms?: number };

/**
 * What is known to have happened to a message, from its creation to now, each of its deliveries among it. Failures, what was handed
 * back, deaths, replays and the finish are written down with their moments, replays for as long as their records are kept. When a
 * message was taken that is finished now, nobody writes down, nor when other programs hand back: such a line has no moment.
 */
export function timelineOf(report: MessageReport): readonly TimelineEvent[] {
  const placed: Placed[] = [
    ...created(report),
    ...deliveries(report),
    ...handedBack(report),
    ...deaths(report),
    ...replays(report),
  ];
  const since = new Map<TimelineEvent, number>();
  const dated = placed
    .toSorted((a, b) => momentOf(a) - momentOf(b))
    .map(({ since_ms, ...one }): TimelineEvent => {
      if (since_ms !== undefined) since.set(one, since_ms);
      return one;
    });
  const whole = withUnrecorded(withLostReplays(dated, report), report);
  const finished = whole.slice(0, whole.length - countAfterFinish(whole, since, report));
  return [...finished, ...succeeded(report, finished), ...present(report), ...whole.slice(finished.length)];
}

/** What was finished may be put back to be handled again: then that replay comes last. */
function countAfterFinish(
  events: readonly TimelineEvent[],
  since: ReadonlyMap<TimelineEvent, number>,
  { entry }: MessageReport,
): number {
  const { state, processedAt_ms } = entry;
  if (state !== 'processed' || processedAt_ms === null) return 0;
  const first = events.findIndex(
    (one) => one.event === 'replayed' && (since.get(one) ?? momentOf(one)) > processedAt_ms,
  );
  return first < 0 ? 0 : events.length - first;
}

function event(
  name: TimelineEvent['event'],
  at: string | null,
  text: string,
  failure: Failure | null = null,
): TimelineEvent {
  return { event: name, at, text, delivery: failure?.delivery ?? null, failure, by: null, operation: null };
}

function created({ entry, message, deaths: [first] }: MessageReport): readonly TimelineEvent[] {
  // A replay may have moved it since.
  const { kind, agentId } =
    first === undefined ? entry.box : { kind: first.origin.box, agentId: first.origin.agent_id };
  if (message !== null)
    return [
      event('created', message.created_at, `created by ${message.agent_id}, for the ${kind} of ${agentId}`),
    ];
  const at = entry.createdAt_ms === 0 ? null : new Date(entry.createdAt_ms).toISOString();
  const dated = 'dated by its content or its name, or else when it was first looked into';
  return [event('created', at, `${dated}, in the ${kind} of ${agentId}`)];
}

const KINDS = {
  failed: 'failed',
  timed_out: 'ran out of time',
  lost: 'was lost with its process',
  rejected: 'was rejected',
} as const;

function deliveries(report: MessageReport): readonly TimelineEvent[] {
  return historyOf(report).map((failure) => event('failed', failure.at, deliveryText(failure), failure));
}

/** What became of the delivery that failed, in words. */
export function deliveryText({ delivery, kind }: Failure): string {
  return `delivery ${delivery} ${KINDS[kind]}`;
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

function replays(report: MessageReport): readonly Placed[] {
  return replayMarks(report).map((mark) => {
    const { id } = mark.operation;
    const { by, who, at, when, since_ms } = replayTold(mark);
    const what =
      mark.how === 'in_place_of'
        ? `${HOW[mark.how]} ${mark.entry.messageId ?? 'another'}`
        : `${HOW[mark.how]}${movedOn(mark)}`;
    const text = `${what} ${who}${at === null ? ` ${when}` : ''}, in replay ${id}`;
    return { ...event('replayed', at, text), by, operation: id, since_ms };
  });
}

/** Where a replay brought it, other than where it had died. */
function movedOn({ how, entry: { box }, operation: { asked } }: ReplayMark): string {
  const to = asked['to'];
  if (how !== 'brought_back' || typeof to !== 'string') return '';
  if (box.kind === 'inbox' && box.agentId === to) return '';
  return ` of ${box.agentId} into the inbox of ${to}`;
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

function momentOf({ at, since_ms = Number.NaN }: Placed): number {
  const at_ms = at === null ? since_ms : Date.parse(at);
  return Number.isNaN(at_ms) ? 0 : at_ms;
}

function handedBack({ handBacks }: MessageReport): readonly TimelineEvent[] {
  return handBacks.map(({ kind, at, delivery, ready_at, agent_id, owner, pid, host }) => {
    const by = `${agent_id === null ? '' : `${agent_id}, `}${processName({ owner: owner ?? '', pid, host })}`;
    const how =
      kind === 'returned'
        ? 'handed back, as its process stopped,'
        : `snoozed${ready_at === null ? '' : ` until ${ready_at}`}`;
    return { ...event('handed_back', at, `delivery ${delivery} ${how} by ${by}`), delivery, by };
  });
}

/**
 * Its lease was one rename, and acknowledging it another, to a name that is the same whoever did it: so the ledger can be asked for it.
 * No trace of the first is left, nor of the process.
 */
function succeeded(
  { entry: { state, box, processedAt_ms } }: MessageReport,
  before: readonly TimelineEvent[],
): readonly TimelineEvent[] {
  if (state !== 'processed' || processedAt_ms === null) return [];
  const after = before.findLast(({ at }) => at !== null)?.at ?? null;
  const since = after === null ? '' : ` between ${after} and the next line`;
  return [event('delivered', null, `taken${since}${worker(box)}; by which process is not written down`)];
}

/** From an inbox only its agent takes. */
function worker({ kind, agentId }: Box): string {
  return kind === 'inbox' ? ` by ${agentId}` : '';
}

function present({ entry, holder, movedAt_ms }: MessageReport): readonly TimelineEvent[] {
  const { state, deliveries: number, readyAt_ms, processedAt_ms } = entry;
  if (state === 'processed' && processedAt_ms !== null)
    return [
      {
        ...event(
          'finished',
          new Date(processedAt_ms).toISOString(),
          `acknowledged${worker(entry.box)}; the ledger has it`,
        ),
        by: entry.box.kind === 'inbox' ? entry.box.agentId : null,
      },
    ];
  if (state === 'leased') {
    const who = holder?.agentId ?? entry.box.agentId;
    const at = movedAt_ms === null ? null : new Date(movedAt_ms).toISOString();
    return [{ ...event('leased', at, `delivery ${number} taken by ${who}, in hand now`), delivery: number }];
  }
  if (state !== 'ready') return [];
  return readyAt_ms === null
    ? [event('waiting', null, 'now: ready, to be taken by the next consumer')]
    : [event('delayed', new Date(readyAt_ms).toISOString(), 'not before this it is ready')];
}
