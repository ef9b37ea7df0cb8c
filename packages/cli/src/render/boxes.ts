import type { BoxSummary, Inspection } from '@tapps-agents/queue';
import { adviceOnBox, adviceOnQueue } from './advice.ts';
import type { Advice } from './advice.ts';
import { age } from './age.ts';
import { holderName, holderState } from './holder.ts';
import { tableColumns, type Layout } from './layout.ts';
import { leastCount } from './least-count.ts';
import { join, safe } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';
import { shortened } from './shortened.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { withCommand, wrapped } from './wrapped.ts';

const NUMBERS = [
  { title: 'READY', align: 'right' },
  { title: 'DELAYED', align: 'right' },
  { title: 'LEASED', align: 'right' },
  { title: 'DEAD', align: 'right' },
  { title: 'OLDEST', align: 'right' },
  { title: 'DONE/MIN', align: 'right' },
] as const;
const NARROW = [{ title: 'BOX' }, ...NUMBERS] as const;
const WIDE = [...NARROW, { title: 'HELD BY' }] as const;

/** Below this width, who holds something stands under its box instead of beside it. */
const WIDE_COLUMNS = 120;
/** On a terminal one long name must not break up the table for all; `agents` has it whole, and so has advice. */
const MOST_NAME_CHARACTERS = { narrow: 24, wide: 40 } as const;

/** What the throughput is of. */
type Finished = Pick<Inspection, 'isFinishedComplete'>;

/** The table of all boxes, with advice under whatever is wrong. */
export function boxes(inspection: Inspection, layout: Layout): SafeText {
  const { program, now_ms } = layout;
  const advise = (summary: BoxSummary): readonly SafeText[] =>
    adviceOnBox(summary, inspection.pauses, program, now_ms).map((advice) => adviceLine(advice, layout));
  const general = adviceOnQueue(inspection, program, now_ms).map((advice) => adviceLine(advice, layout));
  const rows = inspection.boxes.length === 0 ? [] : [boxTable(inspection.boxes, inspection, layout, advise)];
  return join([...rows, ...general], '\n');
}

/** A table of boxes, each with what is to be said below it. */
export function boxTable(
  summaries: readonly BoxSummary[],
  finished: Finished,
  { style, wrapAt }: Layout,
  notesOn: (summary: BoxSummary) => readonly SafeText[] = () => [],
): SafeText {
  const columns = tableColumns({ wrapAt });
  // In a pipe there is no width, but who holds something is no cell of a row that is to be cut into fields.
  const isWide = wrapAt !== undefined && wrapAt >= WIDE_COLUMNS;
  const mostCharacters = wrapAt === undefined ? columns : MOST_NAME_CHARACTERS[isWide ? 'wide' : 'narrow'];
  const rows = summaries.map((summary) => {
    const holders = summary.holders.map((holder) => holderLine(holder, style));
    const [name, numbers] = [boxName(summary, mostCharacters), numbersOf(summary, finished, style)];
    const notes = notesOn(summary);
    return isWide
      ? { cells: [name, ...numbers, holders.length === 0 ? safe`-` : join(holders, '\n')], notes }
      : { cells: [name, ...numbers], notes: [...holders.map((line) => safe`  ${line}`), ...notes] };
  });
  return table(isWide ? WIDE : NARROW, rows, columns, style);
}

function boxName({ box }: BoxSummary, mostCharacters: number): SafeText {
  return safe`${box.kind}/${shortened(box.agentId, mostCharacters)}`;
}

function numbersOf(
  { ready, delayed, leased, dead, oldestReady_ms, finished, unlisted }: BoxSummary,
  { isFinishedComplete }: Finished,
  style: Style,
): readonly SafeText[] {
  const number = (value: number): SafeText => (value === 0 ? style('dim', safe`0`) : safe`${value}`);
  const counted = (value: number, state: BoxSummary['unlisted'][number], shown = number(value)): SafeText =>
    unlisted.includes(state) ? style('bad', safe`${leastCount(value)}`) : shown;
  const isOldestKnown = oldestReady_ms !== null || !unlisted.includes('ready');
  return [
    counted(ready, 'ready'),
    counted(delayed, 'ready'),
    counted(leased, 'leased'),
    counted(dead, 'dead', dead === 0 ? number(0) : style('bad', safe`${dead}`)),
    isOldestKnown
      ? oldestReady_ms === null
        ? style('dim', safe`-`)
        : safe`${age(oldestReady_ms)}`
      : style('bad', safe`?`),
    isFinishedComplete ? number(finished) : safe`>=${finished}`,
  ];
}

/** Who holds something: `2 by pid 4711 on build-1, alive`. */
export function holderLine(holder: BoxSummary['holders'][number], style: Style): SafeText {
  const { leases, state } = holder;
  return safe`${leases} by ${holderName(holder)}, ${style(state === 'alive' ? 'good' : 'bad', safe`${holderState(holder)}`)}`;
}

/** What follows a break stands below the words, not below the mark. */
const HANGING = 2;

/** What is wrong, and the command that mends it. */
export function adviceLine(
  { level, text, command }: Advice,
  { style, wrapAt }: Pick<Layout, 'style' | 'wrapAt'>,
): SafeText {
  const mark = level === 'warning' ? style('warning', safe`!`) : style('dim', safe`-`);
  const words = safe`  ${mark} ${text}`;
  return command === null
    ? wrapped(words, wrapAt, HANGING)
    : withCommand(words, style('command', safe`${command}`), wrapAt, HANGING);
}
