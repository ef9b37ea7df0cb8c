import type { BoxSummary, Inspection } from '@tapps-agents/queue';
import { adviceOnBox, adviceOnQueue, needsAttention } from './advice.ts';
import type { Advice } from './advice.ts';
import { age } from './age.ts';
import { counted } from './counted.ts';
import { holderName, holderRole, holderState } from './holder.ts';
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

/** On a terminal, of more boxes than these those that are quiet are left out, and those in which something is wrong come first. */
const MANY = 20;

/** The table of all boxes, with advice under whatever is wrong. `all`: also on a terminal, in their order, however many there are. */
export function boxes(inspection: Inspection, layout: Layout, { all = false } = {}): SafeText {
  const { program, now_ms } = layout;
  const advice = new Map(
    inspection.boxes.map((one) => [one, adviceOnBox(one, inspection.pauses, program, now_ms)] as const),
  );
  const advise = (summary: BoxSummary): readonly SafeText[] =>
    (advice.get(summary) ?? []).map((one) => adviceLine(one, layout));
  const general = adviceOnQueue(inspection, program, now_ms).map((one) => adviceLine(one, layout));
  const isCut = !all && layout.wrapAt !== undefined && inspection.boxes.length > MANY;
  const isWrong = (one: BoxSummary): boolean => needsAttention(one, advice.get(one) ?? []);
  const wrong = isCut ? inspection.boxes.filter(isWrong) : [];
  const shown = isCut
    ? [...wrong, ...inspection.boxes.filter((one) => !isWrong(one) && !isQuiet(one))]
    : inspection.boxes;
  const rows = shown.length === 0 ? [] : [boxTable(shown, inspection, layout, advise)];
  const left = isCut ? [leftOut(inspection.boxes.length, shown.length, wrong.length, layout)] : [];
  return join([...rows, ...general, ...left], '\n');
}

/** Nothing is in it, and nothing was finished lately. */
function isQuiet({ ready, delayed, leased, dead, finished }: BoxSummary): boolean {
  return ready + delayed + leased + dead + finished === 0;
}

function leftOut(total: number, shown: number, wrong: number, { style, wrapAt, program }: Layout): SafeText {
  const quiet = total - shown;
  const words = safe`  ${style('dim', safe`-`)} ${counted(total, 'box', 'boxes')}: ${wrong === 0 ? 'nothing is wrong' : `something is wrong in ${wrong}, shown first`}; ${quiet === 0 ? 'none is empty' : `${quiet} in which nothing is or was lately ${quiet === 1 ? 'is' : 'are'} not shown`}. All, in their order`;
  return withCommand(words, style('command', safe`${program} inspect --all`), wrapAt, HANGING);
}

/** A table of boxes, each with what is to be said below it. */
export function boxTable(
  summaries: readonly BoxSummary[],
  finished: Finished,
  { style, wrapAt, now_ms }: Layout,
  notesOn: (summary: BoxSummary) => readonly SafeText[] = () => [],
): SafeText {
  const columns = tableColumns({ wrapAt });
  // In a pipe there is no width, but who holds something is no cell of a row that is to be cut into fields.
  const isWide = wrapAt !== undefined && wrapAt >= WIDE_COLUMNS;
  const mostCharacters = wrapAt === undefined ? columns : MOST_NAME_CHARACTERS[isWide ? 'wide' : 'narrow'];
  const rows = summaries.map((summary) => {
    const holders = summary.holders.map((holder) => holderLine(holder, style, now_ms));
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
  const shownAs = (value: number, state: BoxSummary['unlisted'][number], shown = number(value)): SafeText =>
    unlisted.includes(state) ? style('bad', safe`${leastCount(value)}`) : shown;
  const isOldestKnown = oldestReady_ms !== null || !unlisted.includes('ready');
  return [
    shownAs(ready, 'ready'),
    shownAs(delayed, 'ready'),
    shownAs(leased, 'leased'),
    shownAs(dead, 'dead', dead === 0 ? number(0) : style('bad', safe`${dead}`)),
    isOldestKnown
      ? oldestReady_ms === null
        ? style('dim', safe`-`)
        : safe`${age(oldestReady_ms)}`
      : style('bad', safe`?`),
    isFinishedComplete ? number(finished) : safe`>=${finished}`,
  ];
}

/** Who holds something: `2 by pid 4711 on build-1, alive`. */
export function holderLine(holder: BoxSummary['holders'][number], style: Style, now_ms: number): SafeText {
  const state = style(holderRole(holder, now_ms), safe`${holderState(holder, now_ms)}`);
  return safe`${holder.leases} by ${holderName(holder)}, ${state}`;
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
