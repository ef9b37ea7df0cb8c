import stringWidth from 'string-width';
import type { PlacedFault, Validation } from '../validate/validate-message.ts';
import { beginningOf, endOf } from '../cut-text.ts';
import { join, safe, sanitize } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';
import type { Style } from './style.ts';

/** How faults are shown. */
export interface FaultLayout {
  readonly columns: number;
  readonly style: Style;
}

/** Longer lines are not looked through for something to show: with a fault at each of their characters that takes for ever. */
const LONG_LINE = 1_000;

/** Columns that a source line has at least, however narrow the terminal. */
const LEAST_SOURCE = 20;

/**
 * What is wrong with a message, as compilers say it: `FILE:LINE:COLUMN`, what was expected and found, and below it the line
 * of the source with a mark under the place. A block for each; faults first, and then warnings.
 */
export function* placedFaults(
  file: string,
  firstLine: number,
  { faults, warnings }: Validation,
  layout: FaultLayout,
): Generator<SafeText> {
  for (const [list, kind] of [
    [faults, 'bad'],
    [warnings, 'warning'],
  ] as const)
    for (const [index, fault] of list.entries()) {
      const head = headOf(file, firstLine, fault, kind, layout.style);
      // Of several at one place, such as all that an object lacks, the last has the source below it.
      const isLast = list[index + 1]?.place.offset !== fault.place.offset;
      yield isLast ? join([head, ...sourceBelow(firstLine, fault, layout)], '\n') : head;
    }
}

function headOf(
  file: string,
  firstLine: number,
  { code, pointer, expected, found, place }: PlacedFault,
  kind: 'bad' | 'warning',
  style: Style,
): SafeText {
  const where = style('heading', safe`${file}:${firstLine + place.line - 1}:${place.column}:`);
  const what = pointer === '' ? safe`` : safe`${pointer} `;
  // Of what is no JSON nobody can say what it was to be.
  const must = code === 'not_json' ? 'expected' : 'must be';
  const warns = kind === 'warning' ? safe`${style('warning', safe`warning:`)} ` : safe``;
  return safe`${where} ${warns}${what}${style(kind, safe`${must} ${expected}, found ${found}`)} ${style('dim', safe`(${code})`)}`;
}

function sourceBelow(
  firstLine: number,
  { place }: PlacedFault,
  { columns, style }: FaultLayout,
): readonly SafeText[] {
  if (place.text.length < LONG_LINE && place.text.trim() === '') return [];
  const gutter = String(firstLine + place.line - 1);
  const { source, before, marked } = excerpt(place, Math.max(LEAST_SOURCE, columns - gutter.length - 5));
  const mark = safe`${' '.repeat(stringWidth(String(before)))}${'^'.repeat(Math.max(1, stringWidth(String(marked))))}`;
  return [
    safe`${style('dim', safe`  ${gutter} |`)} ${source}`,
    safe`${style('dim', safe`  ${' '.repeat(gutter.length)} |`)} ${style('bad', mark)}`,
  ];
}

/** What of the line fits: the marked place, with as much before and after it as there is room for. */
function excerpt(
  { text, column, length }: PlacedFault['place'],
  room: number,
): { readonly source: SafeText; readonly before: SafeText; readonly marked: SafeText } {
  const start = column - 1;
  // What follows the place leaves room that it does not need to what precedes it.
  const following = stringWidth(String(shownAs(beginningOf(text.slice(start), room))));
  const before = fitting(text.slice(0, start), Math.max(Math.floor(room / 2), room - following), 'end');
  const left = room - stringWidth(String(before));
  const marked = fitting(text.slice(start, start + length), left, 'beginning');
  const after = fitting(text.slice(start + length), left - stringWidth(String(marked)), 'beginning');
  return { source: safe`${before}${marked}${after}`, before, marked };
}

/** As much of one end of a text as fits, with dots for what does not. */
function fitting(text: string, room: number, end: 'beginning' | 'end'): SafeText {
  const cut = end === 'end' ? endOf : beginningOf;
  const whole = shownAs(cut(text, Math.max(0, room) + 1));
  if (text.length <= room && stringWidth(String(whole)) <= room) return whole;
  for (let units = Math.max(0, room - 1); units > 0; units -= 1) {
    const part = shownAs(cut(text, units));
    if (stringWidth(String(part)) < room) return end === 'end' ? safe`…${part}` : safe`${part}…`;
  }
  return room > 0 && text !== '' ? safe`…` : safe``;
}

/** A tab is as wide as the terminal says; two spaces are two. */
function shownAs(text: string): SafeText {
  return sanitize(text.replaceAll('\t', '  '));
}
