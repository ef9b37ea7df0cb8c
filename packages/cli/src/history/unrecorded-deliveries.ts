import type { MessageReport } from '@tapps-agents/queue';
import type { TimelineEvent } from './timeline.ts';

/**
 * Adds the deliveries of which only their number is known: the name of a message counts them, and each that is neither in hand, nor
 * failed, handed back or died by any record, came back all the same. Several in a row are one line.
 */
export function withUnrecorded(
  events: readonly TimelineEvent[],
  report: MessageReport,
): readonly TimelineEvent[] {
  let timeline = events;
  for (const run of missingDeliveries(events, report)) timeline = withRun(timeline, run, report);
  return timeline;
}

interface Run {
  readonly first: number;
  readonly last: number;
}

function missingDeliveries(
  events: readonly TimelineEvent[],
  { entry, deaths, reason }: MessageReport,
): readonly Run[] {
  const known = new Set(events.flatMap(({ delivery }) => delivery ?? []));
  for (const death of [...deaths, ...(reason === null ? [] : [reason])]) known.add(death.deliveries);
  if (entry.state === 'leased') known.add(entry.deliveries);
  const end = Math.max(entry.deliveries, ...known) + 1;
  const runs: Run[] = [];
  let next = 1;
  // From one that is known to the next, not one by one: a record may say any number.
  for (const delivery of [...known, end].toSorted((a, b) => a - b)) {
    if (delivery > next) runs.push({ first: next, last: delivery - 1 });
    next = Math.max(next, delivery + 1);
  }
  return runs;
}

function withRun(
  timeline: readonly TimelineEvent[],
  { first, last }: Run,
  { entry, movedAt_ms }: MessageReport,
): readonly TimelineEvent[] {
  const place = timeline.findLastIndex(({ delivery }) => delivery !== null && delivery < first);
  const at = place < 0 ? Math.min(1, timeline.length) : place + 1;
  const since = timeline.slice(0, at).findLast((one) => one.at !== null)?.at ?? null;
  const until = timeline.slice(at).find((one) => one.at !== null)?.at ?? null;
  // What put the message where it lies now is the last that happened to it, and its file tells when.
  const isLast = entry.state === 'ready' && last === entry.deliveries && at === timeline.length;
  const moved = isLast && first === last && movedAt_ms !== null ? new Date(movedAt_ms).toISOString() : null;
  const text = `${first === last ? `delivery ${first}` : `deliveries ${first} to ${last}`} came back, without a record of why or by whom`;
  const event: TimelineEvent = {
    event: 'handed_back',
    at: moved,
    text: moved === null ? `${text}${span(since, until)}` : text,
    delivery: first === last ? first : null,
    failure: null,
    by: null,
    operation: null,
  };
  return [...timeline.slice(0, at), event, ...timeline.slice(at)];
}

function span(since: string | null, until: string | null): string {
  if (since === null) return until === null ? '' : `, before ${until}`;
  return until === null ? `, after ${since}` : `, between ${since} and ${until}`;
}
