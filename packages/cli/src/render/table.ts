import Table from 'cli-table3';
import stringWidth from 'string-width';
import { SafeText } from './safe-text.ts';
import type { Style } from './style.ts';

/** A column: its title, and on which side its values stand. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** A row, and lines about it that run across the whole table below it. */
export interface Row {
  readonly cells: readonly SafeText[];
  readonly notes?: readonly SafeText[];
}

const GAP = 2;

/**
 * So many lines are handed to the library as one row, in cells of as many lines: what a cell costs it, which is most of it, is shared by
 * them. With more, what it measures again for each line costs more than that saves.
 */
const LINES_AT_ONCE = 3;

/**
 * What the library would put at the end of what it cuts. It cuts nothing, as columns are as wide as what is in them, but for a message
 * for its own developers: each cell, to ten columns, letter by letter. With this there is nothing left of it to be measured.
 */
const TRUNCATED = '.'.repeat(10);

/**
 * Rows under aligned titles. Where they need more than `width` characters, each row becomes a paragraph of
 * `title  value` lines instead; ids are never broken.
 */
export function table(
  columns: readonly Column[],
  rows: readonly Row[],
  width: number,
  style: Style,
): SafeText {
  const titles = columns.map(({ title }) => String(style('heading', SafeText.trusted(title))));
  const linesOfRows = rows.map(linesOfRow);
  const heights = linesOfRows.map(({ length }) => length);
  const lines = [titles, ...linesOfRows.flat()];
  const { drawn, drawnWidth } = draw(columns, lines, width);
  return drawnWidth > width ? paragraphs(columns, rows, style) : withNotes(drawn, rows, heights);
}

/** The lines of a row, each with a piece of every cell. */
function linesOfRow({ cells }: Row): readonly (readonly string[])[] {
  const whole = cells.map(String);
  if (!whole.some((cell) => cell.includes('\n'))) return [whole];
  const pieces = whole.map((cell) => cell.split('\n'));
  const height = Math.max(...pieces.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => pieces.map((piece) => piece[line] ?? ''));
}

/** Lines of cells in columns, and how wide they are: the library's own measure of wide and combined characters. */
function draw(
  columns: readonly Column[],
  lines: readonly (readonly string[])[],
  width: number,
): { readonly drawn: readonly string[]; readonly drawnWidth: number } {
  // What stands last, and on the left, needs no column: it is often the longest, and nothing comes after it.
  const isOpen = columns.length > 1 && columns.at(-1)?.align !== 'right';
  const inColumns = isOpen ? columns.slice(0, -1) : columns;
  const grid = new Table({
    chars: NO_LINES,
    truncate: TRUNCATED,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP, compact: true },
    colAligns: inColumns.map(({ align }) => align ?? 'left'),
  });
  for (let from = 0; from < lines.length; from += LINES_AT_ONCE) {
    const some = lines.slice(from, from + LINES_AT_ONCE);
    grid.push(inColumns.map((_, index) => some.map((cells) => cells[index] ?? '').join('\n')));
  }
  const drawn = grid
    .toString()
    .split('\n')
    .map((line, index) => (isOpen ? line + (lines[index]?.at(-1) ?? '') : line).trimEnd());
  const columnsWidth = grid.options.colWidths.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  if (!isOpen || width === Number.POSITIVE_INFINITY) return { drawn, drawnWidth: columnsWidth - GAP };
  const last = Math.max(...lines.map((cells) => stringWidth(cells.at(-1) ?? '')));
  return { drawn, drawnWidth: columnsWidth + last };
}

function withNotes(lines: readonly string[], rows: readonly Row[], heights: readonly number[]): SafeText {
  const told = lines.slice(0, 1);
  let next = 1;
  for (const [row, { notes = [] }] of rows.entries()) {
    const end = next + (heights[row] ?? 1);
    told.push(...lines.slice(next, end), ...notes.map(String));
    next = end;
  }
  return SafeText.trusted(told.join('\n'));
}

function paragraphs(columns: readonly Column[], rows: readonly Row[], style: Style): SafeText {
  const titleWidth = Math.max(...columns.map(({ title }) => title.length));
  const indentation = ' '.repeat(titleWidth + GAP);
  const paragraph = ({ cells, notes = [] }: Row): string =>
    [
      ...columns.map(({ title }, index) => {
        const label = String(style('heading', SafeText.trusted(title.padEnd(titleWidth))));
        return `${label}${' '.repeat(GAP)}${String(cells[index] ?? '').replaceAll('\n', `\n${indentation}`)}`.trimEnd();
      }),
      ...notes.map(String),
    ].join('\n');
  return SafeText.trusted(rows.map(paragraph).join('\n\n'));
}

/** Columns are told apart by their alignment; lines would only be in the way of `awk` and of copying. */
const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
