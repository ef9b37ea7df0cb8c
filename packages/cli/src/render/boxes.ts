import type { BoxSummary, Inspection } from '@tapps-agents/queue';
import { adviceOnBox, adviceOnQueue } from './advice.ts';
import type { Advice } from './advice.ts';
import { age } from './age.ts';
import { holderName, holderState } from './holder.ts';
import type { Layout } from './layout.ts';
import { join, safe } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';
import { shortened } from './shortened.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';

const COLUMNS = [
  { title: 'BOX' },
  { title: 'READY', align: 'right' },
  { title: 'DELAYED', align: 'right' },
  { title: 'LEASED', align: 'right' },
  { title: 'DEAD', align: 'right' },
  { title: 'OLDEST', align: 'right' },
  { title: 'HELD BY' },
] as const;

/** One long name must not break up the table for all; `agents` has it whole, and so has advice. */
const MOST_NAME_CHARACTERS = 40;

/** The table of all boxes, with advice under whatever is wrong. */
export function boxes(inspection: Inspection, layout: Layout): SafeText {
  const { style, program, now_ms, columns } = layout;
  const rows = inspection.boxes.map((summary) => ({
    cells: cells(summary, style),
    notes: adviceOnBox(summary, inspection.pauses, program, now_ms).map((advice) =>
      adviceLine(advice, style),
    ),
  }));
  const general = adviceOnQueue(inspection, program, now_ms).map((advice) => adviceLine(advice, style));
  return join([...(rows.length === 0 ? [] : [table(COLUMNS, rows, columns, style)]), ...general], '\n');
}

function cells(summary: BoxSummary, style: Style): readonly SafeText[] {
  const { box, ready, delayed, leased, dead, oldestReady_ms, holders } = summary;
  return [
    safe`${box.kind}/${shortened(box.agentId, MOST_NAME_CHARACTERS)}`,
    safe`${ready}`,
    safe`${delayed}`,
    safe`${leased}`,
    dead === 0 ? safe`${dead}` : style('bad', safe`${dead}`),
    oldestReady_ms === null ? safe`-` : safe`${age(oldestReady_ms)}`,
    holders.length === 0
      ? safe`-`
      : join(
          holders.map((holder) => holderLine(holder, style)),
          '\n',
        ),
  ];
}

/** Who holds something: `2 by pid 4711 on build-1, alive`. */
function holderLine(holder: BoxSummary['holders'][number], style: Style): SafeText {
  const { leases, state } = holder;
  return safe`${leases} by ${holderName(holder)}, ${style(state === 'alive' ? 'good' : 'bad', safe`${holderState(holder)}`)}`;
}

function adviceLine({ level, text, command }: Advice, style: Style): SafeText {
  const mark = level === 'warning' ? style('warning', safe`!`) : style('dim', safe`-`);
  return command === null
    ? safe`  ${mark} ${text}`
    : safe`  ${mark} ${text}: ${style('command', safe`${command}`)}`;
}
