import type { Entry } from '@tapps-agents/queue';
import stringWidth from 'string-width';
import { join, safe, sanitize } from '../render/safe-text.ts';
import type { SafeText } from '../render/safe-text.ts';
import type { Style } from '../render/style.ts';

/** The size of the screen, and how to style it. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly style: Style;
  /** The messages directory, as a person would type it. */
  readonly root: string;
}

/** One line of text from anywhere, in exactly so many columns: cut with an ellipsis, or filled up with blanks. */
export function fitted(text: string | number, columns: number, align: 'left' | 'right' = 'left'): SafeText {
  const shown = cutTo(String(sanitize(String(text))), columns);
  const blanks = ' '.repeat(Math.max(0, columns - stringWidth(shown)));
  return align === 'left' ? safe`${shown}${blanks}` : safe`${blanks}${shown}`;
}

/** Terminals in which there is no room for everything: what matters least is left out. */
export function isNarrow(columns: number): boolean {
  return columns < 62;
}

/**
 * What to call a message by, in so many columns. The names of those without an id begin alike, as each is in the same place and most
 * came in the same minute: of them the end is kept, which is another for each.
 */
export function fittedName(entry: Entry, columns: number): SafeText {
  if (entry.messageId !== null) return fitted(entry.messageId, columns);
  const name = String(sanitize(entry.entryId.replace(/\.json$/, '')));
  if (stringWidth(name) <= columns) return fitted(name, columns);
  const segments = [...GRAPHEMES.segment(name)].map(({ segment }) => segment);
  let kept = '';
  for (let segment = segments.pop(); segment !== undefined; segment = segments.pop()) {
    if (stringWidth(segment + kept) > columns - 1) break;
    kept = segment + kept;
  }
  return fitted(`…${kept}`, columns);
}

/** Cells side by side, two blanks between them. */
export function row(cells: readonly SafeText[]): SafeText {
  return join(cells, '  ');
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of at most so many columns, in eighths of a column; anything above nothing is seen. */
export function bar(value: number, most: number, columns: number): string {
  const eighths = most <= 0 || value <= 0 ? 0 : Math.max(1, Math.round((value / most) * columns * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** The last values as a line of small columns. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(1, ...values);
  return values.map((value) => LEVELS[Math.min(7, Math.round((value / most) * 7))] ?? '').join('');
}

function cutTo(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    width += stringWidth(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return columns < 1 ? '' : `${kept}…`;
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
