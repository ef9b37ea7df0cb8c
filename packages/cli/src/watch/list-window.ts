import stringWidth from 'string-width';

/** The lines of a list for which there is room, around the chosen one: those from `from` to before `to`. */
export interface ListWindow {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

/** So many lines around the chosen one. */
export function windowAround(chosen: number, length: number, rows: number): ListWindow {
  const from = Math.max(0, Math.min(chosen - Math.floor(rows / 2), length - rows));
  return { from, to: Math.min(length, from + rows), length };
}

/** Which lines are shown, and where more are: `1-5 of 8 ↓`; null where all are shown. `total` counts those beyond the list too. */
export function shownPart({ from, to, length }: ListWindow, total: number = length): string | null {
  if (to - from >= length) return null;
  const arrows = `${from > 0 ? '↑' : ''}${to < length ? '↓' : ''}`;
  return `${from + 1}-${to} of ${total} ${arrows}`;
}

/** A title with the part that is shown, the longest way to say it that fits into so many columns. */
export function titleWithPart(title: string, part: string | null, columns: number): string {
  if (part === null) return title;
  const short = part.replace(' of ', '/');
  const ways = [`${title}  ${part}`, `${title} ${part}`, `${title} ${short}`, part, short];
  return ways.find((way) => stringWidth(way) <= columns) ?? short;
}
