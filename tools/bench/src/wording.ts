import type { Spread } from './statistics.ts';

/** 1000000 as 1M, 20000 as 20k. */
export function amount(count: number): string {
  if (count >= 1_000_000 && count % 100_000 === 0) return `${count / 1_000_000}M`;
  return count >= 1_000 && count % 100 === 0 ? `${count / 1_000}k` : String(count);
}

/** Three figures that count, however large. */
export function digits(figure: number): string {
  if (!Number.isFinite(figure)) return '?';
  return figure >= 100 ? Math.round(figure).toLocaleString('en-US') : String(Number(figure.toPrecision(3)));
}

/** `1.23 x`. */
export function times(ratio: number): string {
  return `${ratio >= 100 ? Math.round(ratio) : ratio.toFixed(2)} x`;
}

/** `1.23 (1.20–1.31)`, in the unit that the caller adds. */
export function digitsSpread({ median, low, high }: Spread): string {
  return `${digits(median)} (${digits(low)}–${digits(high)})`;
}

/** The parts of a note that say something. */
export function noteOf(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('; ');
}

/** A spread as single figures, for the JSON. */
export function spreadFigures(name: string, { median, low, high }: Spread): Record<string, number> {
  return { [name]: median, [`${name}_low`]: low, [`${name}_high`]: high };
}

/** `1.23 x (1.20–1.31)`: the middle and the quarters around it. */
export function timesSpread({ median, low, high }: Spread): string {
  return `${times(median)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

/** Of what a program says when it fails, the line that names the error; else the last. */
export function reasonIn(why: string): string {
  const lines = why.split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => /^\w*Error: /.test(line)) ?? lines.at(-1) ?? why;
}
