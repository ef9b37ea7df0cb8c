import type { AgentReport, BoxSummary, Entry } from '@tapps-agents/queue';
import { adviceOnBox } from './advice.ts';
import { age } from './age.ts';
import { adviceLine, boxTable, holderLine } from './boxes.ts';
import { nameOf } from './dead-letters.ts';
import { tableColumns, type Layout } from './layout.ts';
import { join, safe } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';
import { table } from './table.ts';

const COLUMNS = [
  { title: 'ID' },
  { title: 'TYPE' },
  { title: 'PRIORITY' },
  { title: 'AGE', align: 'right' },
  { title: 'DELIVERIES', align: 'right' },
  { title: 'FAILED', align: 'right' },
] as const;

/** Everything about one agent: its boxes, who works for it, what comes next, what waits, is in hand and is dead. */
export function agent(report: AgentReport, layout: Layout): SafeText {
  const { style } = layout;
  const pauses = report.pauses.map(
    ({ agentId, note }) =>
      safe`${style('warning', safe`!`)} ${agentId === null ? 'everything is paused' : 'paused'}${note === null ? '' : `: ${note}`}`,
  );
  return join(
    [
      style('heading', safe`${report.agentId}`),
      ...pauses,
      boxTable(report.boxes, report, layout),
      ...workers(report.boxes, layout),
      ...messages('in hand', report.leased, layout),
      ...messages('next to be handed out', report.next, layout),
      ...messages('waiting for their time', report.delayed, layout),
      ...messages('dead letters', report.dead, layout),
      ...advice(report, layout),
    ],
    '\n',
  );
}

function workers(boxes: readonly BoxSummary[], { style, now_ms }: Layout): readonly SafeText[] {
  const holders = boxes.flatMap((box) => box.holders);
  if (holders.length === 0) return [];
  return [
    safe`\n${style('heading', safe`who works`)}`,
    ...holders.map((holder) => {
      const beat =
        holder.beatAt_ms === null ? '' : `, last sign of life ${age(now_ms - holder.beatAt_ms)} ago`;
      return safe`  ${holderLine(holder, style, now_ms)}${beat}, session ${holder.owner}`;
    }),
  ];
}

function messages(title: string, entries: readonly Entry[], layout: Layout): readonly SafeText[] {
  if (entries.length === 0) return [];
  const { style, now_ms } = layout;
  const rows = entries.map((entry) => ({
    cells: [
      safe`${nameOf(entry)}`,
      safe`${entry.messageType}`,
      safe`${entry.priority}`,
      safe`${entry.createdAt_ms === 0 ? '-' : age(now_ms - entry.createdAt_ms)}`,
      safe`${entry.deliveries}`,
      safe`${entry.failures}`,
    ],
    notes: noteOn(entry, now_ms),
  }));
  return [safe`\n${style('heading', safe`${title}`)}`, table(COLUMNS, rows, tableColumns(layout), style)];
}

function noteOn({ messageType, readyAt_ms }: Entry, now_ms: number): readonly SafeText[] {
  if (messageType === '')
    return [safe`  a file of another program; its id and type are read when it is handed out`];
  return readyAt_ms !== null && readyAt_ms > now_ms ? [safe`  ready in ${age(readyAt_ms - now_ms)}`] : [];
}

function advice(report: AgentReport, layout: Layout): readonly SafeText[] {
  const { style, program, now_ms } = layout;
  const lines = report.boxes.flatMap((box) =>
    adviceOnBox(box, report.pauses, program, now_ms).map((one) => adviceLine(one, layout)),
  );
  return lines.length === 0 ? [] : [safe`\n${style('heading', safe`what to do`)}`, ...lines];
}
