import Table from 'cli-table3';
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

/** Stands where a row's notes go while the grid is drawn; SafeText cannot contain it. */
const NOTES_MARK = '\u0000';

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
  const drawn = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP, compact: true },
    colAligns: columns.map(({ align }) => align ?? 'left'),
  });
  drawn.push(columns.map(({ title }) => String(style('heading', SafeText.trusted(title)))));
  for (const { cells, notes = [] } of rows) {
    drawn.push(cells.map(String));
    if (notes.length > 0) drawn.push([{ colSpan: columns.length, content: NOTES_MARK }]);
  }
  const lines = drawn.toString().split('\n');
  // Drawing fills in the widths: the library's own measure of wide and combined characters.
  const drawnWidth = drawn.options.colWidths.reduce<number>((sum, one) => sum + (one ?? 0), -GAP);
  return drawnWidth > width ? paragraphs(columns, rows, style) : withNotes(lines, rows);
}

function withNotes(lines: readonly string[], rows: readonly Row[]): SafeText {
  const noted = rows.filter(({ notes = [] }) => notes.length > 0).values();
  return SafeText.trusted(
    lines
      .map((line) =>
        line.startsWith(NOTES_MARK)
          ? (noted.next().value?.notes ?? []).map(String).join('\n')
          : line.trimEnd(),
      )
      .join('\n'),
  );
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
