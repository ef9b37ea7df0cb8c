import type { DeadLetterReason, Failure, Message } from '@tapps-agents/contracts';
import type { MessageReport } from '@tapps-agents/queue';
import { moment } from './age.ts';
import { counted, were } from './counted.ts';
import { holderName, holderState } from './holder.ts';
import type { Layout } from './layout.ts';
import { historyOf } from '../history/history.ts';
import { timelineOf } from '../history/timeline.ts';
import { indented } from './indented.ts';
import { faultyLines } from './faulty-lines.ts';
import { join, safe } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';
import { timeline } from './timeline.ts';
import { inOneLine, whyItDied } from './why-it-died.ts';
import { wrapped } from './wrapped.ts';

const ENVELOPE_FIELDS: ReadonlySet<string> = new Set([
  'schema_version',
  'message_type',
  'workflow_id',
  'task_id',
  'agent_id',
  'message_id',
  'created_at',
  'idempotency_key',
]);

/** Everything known of one message: where it is, its envelope, why it died, its history, and its payload. */
export function message(report: MessageReport, layout: Layout): SafeText {
  const { style, now_ms } = layout;
  const { entry, reason } = report;
  const title = safe`${entry.messageId ?? report.message?.message_id ?? entry.entryId}  ${entry.messageType}`;
  const parts: SafeText[] = [style('heading', title), fields(report, now_ms)];
  if (reason !== null)
    parts.push(style('heading', safe`why it died`), wrapped(reasonText(reason), layout.wrapAt, 2));
  else if (entry.state === 'dead')
    parts.push(
      style('heading', safe`why it died`),
      wrapped(safe`  ${unknownReason(report)}`, layout.wrapAt, 2),
    );
  parts.push(style('heading', safe`history`), timeline(timelineOf(report), layout));
  return join([...parts, ...content(report, layout)], '\n');
}

function content(
  { message: parsed, raw, reason, contentFault = null }: MessageReport,
  layout: Layout,
): SafeText[] {
  const { style } = layout;
  if (parsed !== null)
    return [style('heading', safe`payload`), indented(JSON.stringify(payload(parsed), null, 2), '  ')];
  const invalid = style('heading', safe`content, which is no valid message`);
  if (contentFault === null) return [invalid, faultyLines(raw, reason?.details ?? [], style)];
  if (reason?.code === 'too_large')
    return [
      invalid,
      safe`  not read, as it is too large: ${reason.details[0]?.found ?? inOneLine(reason.reason)}`,
    ];
  return [
    style('heading', safe`content`),
    wrapped(safe`  cannot be read: ${inOneLine(contentFault)}`, layout.wrapAt, 2),
  ];
}

/** What became of a message's deliveries. */
function outcomes(report: MessageReport): string {
  const { state, deliveries, failures, releases } = report.entry;
  const history = historyOf(report);
  const failed = Math.max(failures, history.length);
  const aside = putAside(report, history);
  const inHand = state === 'leased' ? 1 : 0;
  // A replay that counts failures anew enters them as releases, which they were not: no delivery both failed and was handed back.
  const back = Math.min(releases, Math.max(0, deliveries - failed - aside - inHand));
  const known = `${deliveries}, of which ${failed} failed`;
  return aside === 0
    ? `${known} and ${were(back)} handed back`
    : `${known}, ${were(back)} handed back and ${were(aside)} put aside before a handler had it`;
}

/** Those in which it died and that were no failure: it had expired, say, or was no message that anybody could handle. */
function putAside({ deaths, reason }: MessageReport, history: readonly Failure[]): number {
  const failed = new Set(history.map(({ delivery }) => delivery));
  const died = new Set([...deaths, ...(reason === null ? [] : [reason])].map((death) => death.deliveries));
  return [...died].filter((delivery) => delivery > 0 && !failed.has(delivery)).length;
}

function fields(report: MessageReport, now_ms: number): SafeText {
  const { entry, location, message: parsed, holder } = report;
  const { box, state, run } = entry;
  const time = (time_ms: number): string => moment(new Date(time_ms).toISOString(), now_ms);
  const lines: (readonly [string, string])[] = [
    ['state', `${state}, ${box.kind} of ${box.agentId}`],
    ['file', location],
  ];
  if (holder !== null) lines.push(['held by', `${holderName(holder)}, ${holderState(holder, now_ms)}`]);
  if (holder?.detached === true) lines.push(['handle', entry.entryId]);
  if (parsed !== null) {
    lines.push(['workflow', parsed.workflow_id], ['task', parsed.task_id], ['written by', parsed.agent_id]);
    lines.push(['created', moment(parsed.created_at, now_ms)], ['schema version', parsed.schema_version]);
    if (parsed.idempotency_key !== null) lines.push(['idempotency key', parsed.idempotency_key]);
  }
  lines.push(['priority', entry.priority]);
  if (entry.readyAt_ms !== null) lines.push(['not before', new Date(entry.readyAt_ms).toISOString()]);
  if (entry.expiresAt_ms !== null) lines.push(['expires', new Date(entry.expiresAt_ms).toISOString()]);
  if (parsed === null) lines.push(['dated', time(entry.createdAt_ms)]);
  // A finished message's name is its id alone: how often it was delivered is told by its history, where there is one.
  if (entry.processedAt_ms !== null) lines.push(['processed', time(entry.processedAt_ms)]);
  else lines.push(['deliveries', outcomes(report)]);
  if (run > 0) lines.push(['run', `${run} (handled again on request)`]);
  return join(
    lines.map(([name, value]) => safe`  ${name.padEnd(16)}${value}`),
    '\n',
  );
}

function reasonText({ code, reason, details, quarantined_at, replays }: DeadLetterReason): SafeText {
  const lines = [
    safe`  ${code}: ${inOneLine(reason)}`,
    safe`  at ${quarantined_at}${replays > 0 ? `, after ${counted(replays, 'replay')}` : ''}`,
  ];
  for (const { pointer, expected, found } of details) {
    lines.push(safe`  ${pointer === '' ? '(the whole)' : pointer}: expected ${expected}, found ${found}`);
  }
  return join(lines, '\n');
}

/** Why nobody can tell why it died. */
function unknownReason(report: MessageReport): string {
  const { reasonFault = null } = report;
  return reasonFault === null ? whyItDied(report) : `its reason cannot be read: ${inOneLine(reasonFault)}`;
}

function payload(parsed: Message): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parsed).filter(([name]) => !ENVELOPE_FIELDS.has(name)));
}
