import type { BoxSummary } from '@tapps-agents/queue';
import stringWidth from 'string-width';
import { age } from '../render/age.ts';
import { leastCount } from '../render/least-count.ts';
import { join, safe, sanitize } from '../render/safe-text.ts';
import type { SafeText } from '../render/safe-text.ts';
import type { Role, Style } from '../render/style.ts';
import { titleWithPart } from './list-window.ts';
import { bar, fitted } from './screen-text.ts';
import type { Screen } from './screen-text.ts';
import type { Look } from './watcher.ts';

type State = BoxSummary['unlisted'][number];

/** A number of a box: its title, how wide it is, in what state its messages are, and how it stands out above nothing. */
interface NumberColumn {
  readonly title: string;
  readonly columns: number;
  readonly narrow: number;
  readonly state: State | null;
  readonly role: Role | null;
  readonly value: (box: BoxSummary) => number | null;
  /** In which order they stay where there is no room for all. */
  readonly rank: number;
  readonly isAge?: boolean;
}

const NUMBERS: readonly NumberColumn[] = [
  {
    title: 'READY',
    columns: 7,
    narrow: 5,
    state: 'ready',
    role: null,
    value: (box) => box.ready,
    rank: 0,
  },
  {
    title: 'DELAYED',
    columns: 7,
    narrow: 7,
    state: 'ready',
    role: 'warning',
    value: (box) => box.delayed,
    rank: 4,
  },
  {
    title: 'LEASED',
    columns: 6,
    narrow: 6,
    state: 'leased',
    role: 'good',
    value: (box) => box.leased,
    rank: 3,
  },
  { title: 'DEAD', columns: 6, narrow: 5, state: 'dead', role: 'bad', value: (box) => box.dead, rank: 1 },
  {
    title: 'OLDEST',
    columns: 7,
    narrow: 6,
    state: 'ready',
    role: null,
    value: (box) => box.oldestReady_ms,
    rank: 2,
    isAge: true,
  },
  {
    title: 'DONE/MIN',
    columns: 8,
    narrow: 8,
    state: null,
    role: 'good',
    value: (box) => box.finished,
    rank: 5,
  },
];

/** Before every line: the mark of the one that is chosen, and a blank. */
const MARGIN = 2;
const LEAST_NAME = 11;
/** Columns that a line needs beside its name and its bar, where there is room for both. */
const NUMBER_COLUMNS = 55;

/** How the lines of the boxes are divided up. */
interface Division {
  readonly name: number;
  /** 0: there is no room for bars, and titles stand close together. */
  readonly bar: number;
  readonly numbers: readonly NumberColumn[];
}

function division(columns: number): Division {
  const room = columns - NUMBER_COLUMNS;
  const barColumns = Math.max(4, Math.min(40, Math.floor(room / 4)));
  const name = Math.min(48, room - barColumns - 4);
  if (name >= LEAST_NAME) return { name, bar: barColumns, numbers: NUMBERS };
  // What matters most stays: how much waits, what died, for how long it waits, what is in hand.
  let left = columns - MARGIN - LEAST_NAME;
  const kept = new Set<NumberColumn>();
  for (const one of NUMBERS.toSorted((a, b) => a.rank - b.rank)) {
    if (left < one.narrow + 1) break;
    left -= one.narrow + 1;
    kept.add(one);
  }
  return { name: LEAST_NAME + left, bar: 0, numbers: NUMBERS.filter((one) => kept.has(one)) };
}

/** The titles above the boxes; in a narrow terminal of what matters most. `part`: which of them are shown, if not all. */
export function boxTitles({ columns, style }: Screen, isActive: boolean, part: string | null): SafeText {
  const { name, bar: barColumns, numbers } = division(columns);
  const titles = numbers.map((one) => fitted(one.title, widthOf(one, barColumns), 'right'));
  return style(
    isActive ? 'command' : 'heading',
    safe`  ${lineOf(fitted(titleWithPart('BOX', part, name), name), fitted('', barColumns), titles, barColumns)}`,
  );
}

/** A box, in a line. */
export function boxLine({ inspection }: Look, index: number, { columns, style }: Screen): SafeText {
  const one = inspection.boxes[index];
  if (one === undefined) return safe``;
  const { name, bar: barColumns, numbers } = division(columns);
  const most = Math.max(...inspection.boxes.map(({ ready }) => ready));
  const isPaused = inspection.pauses.some(({ agentId }) => agentId === null || agentId === one.box.agentId);
  const cells = numbers.map((column) => cell(column, one, widthOf(column, barColumns), style));
  const shown = barColumns === 0 ? narrowName(one, isPaused, name) : wideName(one, isPaused, name);
  const role = roleOf(one, isPaused);
  const length = style('command', fitted(bar(one.ready, most, barColumns), barColumns));
  return lineOf(role === null ? shown : style(role, shown), length, cells, barColumns);
}

function lineOf(
  name: SafeText,
  barCell: SafeText,
  [ready = safe``, ...numbers]: readonly SafeText[],
  barColumns: number,
): SafeText {
  return barColumns === 0
    ? join([name, ready, ...numbers], ' ')
    : join([name, ready, barCell, ...numbers], '  ');
}

function widthOf({ columns, narrow }: NumberColumn, barColumns: number): number {
  return barColumns === 0 ? narrow : columns;
}

/** What stands for `(paused)` where there is no room for the word: a long name is cut, never what says that it is paused. */
export const PAUSED_MARK = '‖';

function wideName({ box }: BoxSummary, isPaused: boolean, columns: number): SafeText {
  const name = `${box.kind}/${box.agentId}`;
  if (!isPaused) return fitted(name, columns);
  const inWords = `${name} (paused)`;
  const fits = stringWidth(String(sanitize(inWords))) <= columns;
  return fits ? fitted(inWords, columns) : marked(name, columns);
}

function narrowName({ box }: BoxSummary, isPaused: boolean, columns: number): SafeText {
  const name = `${box.kind === 'inbox' ? 'in' : 'out'}/${box.agentId}`;
  return isPaused ? marked(name, columns) : fitted(name, columns);
}

function marked(name: string, columns: number): SafeText {
  return safe`${fitted(name, Math.max(0, columns - 2))} ${PAUSED_MARK}`;
}

function cell(column: NumberColumn, box: BoxSummary, columns: number, style: Style): SafeText {
  const { state, role, isAge = false } = column;
  const value = column.value(box);
  const isUnlisted = state !== null && box.unlisted.includes(state);
  if (isUnlisted && (value === null || !isAge))
    return style('bad', fitted(leastCount(value ?? 0), columns, 'right'));
  if (value === null) return fitted('-', columns, 'right');
  const shown = fitted(isAge ? shortAge(value, columns) : shortNumber(value, columns), columns, 'right');
  if (role === null) return shown;
  return style(value === 0 ? 'dim' : role, shown);
}

/** Thousands where a number is too long: half of its digits would be another number. */
function shortNumber(value: number, columns: number): string {
  const text = String(value);
  return text.length <= columns ? text : `${Math.floor(value / 1_000)}k`;
}

function shortAge(value: number, columns: number): string {
  const text = age(value);
  return text.length <= columns ? text : (text.split(' ')[0] ?? text);
}

function roleOf({ holders }: BoxSummary, isPaused: boolean): Role | null {
  if (holders.some(({ state }) => state !== 'alive')) return 'bad';
  return isPaused ? 'warning' : null;
}
