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
 * Rows under aligned titles; columns are told apart by their alignment, as lines would only be in the way of `awk` and of copying.
 * Where they need more than `width` characters, each row becomes a paragraph of `title  value` lines instead; ids are never broken.
 */
export function table(
  columns: readonly Column[],
  rows: readonly Row[],
  width: number,
  style: Style,
): SafeText {
  const titles = columns.map(({ title }) => [String(style('heading', SafeText.trusted(title)))]);
  const grid = [titles, ...rows.map(({ cells }) => columns.map((_, index) => linesIn(cells[index])))];
  const widths = columns.map((_, index) =>
    Math.max(...grid.map((row) => Math.max(...(row[index] ?? ['']).map((line) => stringWidth(line))))),
  );
  const needed = widths.reduce((sum, one) => sum + one + GAP, -GAP);
  if (needed > width) return paragraphs(columns, rows, style);
  const drawn = grid.flatMap((row, at) => [
    ...drawnRow(row, columns, widths),
    ...(rows[at - 1]?.notes ?? []).map(String),
  ]);
  return SafeText.trusted(drawn.join('\n'));
}

function linesIn(cell: SafeText | undefined): readonly string[] {
  return String(cell ?? '').split('\n');
}

/** The lines of a row: as many as its highest cell has. */
function drawnRow(
  cells: readonly (readonly string[])[],
  columns: readonly Column[],
  widths: readonly number[],
): readonly string[] {
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    columns
      .map(({ align }, index) => {
        const text = cells[index]?.[line] ?? '';
        const blanks = ' '.repeat(Math.max(0, (widths[index] ?? 0) - stringWidth(text)));
        return align === 'right' ? `${blanks}${text}` : `${text}${blanks}`;
      })
      .join(' '.repeat(GAP))
      .trimEnd(),
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
