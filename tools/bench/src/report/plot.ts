import type { Series } from '../result.ts';
import { amount, digits } from '../wording.ts';

/** One diagram: lines over a common x, each with the quarters around its points. */
export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 360;
const LEFT = 64;
const RIGHT = 20;
const TOP = 40;
const BOTTOM = 92;
// Told apart without red and green, and on light and dark ground.
const COLOURS = ['#2f7ed8', '#e08214', '#7f5fc2', '#5f8a8b', '#c2527f', '#8c6d31'];

/**
 * Draws a diagram as SVG: x in powers, as the sizes are chosen; y from 0, so that a line that looks flat is flat. Points at
 * x = 0 stand at the left edge.
 */
export function drawPlot({ title, x, y, lines }: Plot): string {
  const xs = lines.flatMap(({ points }) => points.map((point) => point.x));
  const highest = Math.max(1e-9, ...lines.flatMap(({ points }) => points.map((point) => point.y.high)));
  const step = niceStep(highest / 5);
  const top = Math.ceil(highest / step) * step;
  const ticks = [...new Set(xs)].toSorted((one, other) => one - other);
  const place = positions(ticks);
  const at = (value: number): number => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
  const parts: string[] = [];
  for (let value = 0; value <= top + step / 2; value += step) {
    parts.push(line(LEFT, at(value), WIDTH - RIGHT, at(value), '#8884'));
    parts.push(text(LEFT - 8, at(value) + 4, digits(value), 'end'));
  }
  for (const tick of ticks.filter((_, index) => index % Math.ceil(ticks.length / 10) === 0))
    parts.push(text(place(tick), HEIGHT - BOTTOM + 18, amount(Math.round(tick)), 'middle'));
  for (const [index, { name, points }] of lines.entries()) {
    const colour = COLOURS[index % COLOURS.length] ?? '#888';
    for (const point of points)
      parts.push(line(place(point.x), at(point.y.low), place(point.x), at(point.y.high), colour, 3, 0.35));
    const path = points.map((point) => `${round(place(point.x))},${round(at(point.y.median))}`).join(' ');
    parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const point of points)
      parts.push(
        `<circle cx="${round(place(point.x))}" cy="${round(at(point.y.median))}" r="3.5" fill="${colour}"/>`,
      );
    const row = HEIGHT - 34 + Math.floor(index / 2) * 16;
    const column = LEFT + (index % 2) * 320;
    parts.push(`<rect x="${column}" y="${row - 9}" width="10" height="10" fill="${colour}"/>`);
    parts.push(text(column + 16, row, name, 'start'));
  }
  parts.push(
    text(LEFT, 22, title, 'start', 'bold'),
    text((LEFT + WIDTH) / 2, HEIGHT - BOTTOM + 38, x, 'middle'),
  );
  parts.push(
    `<g transform="translate(16 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)">${text(0, 0, y, 'middle')}</g>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#777">`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** Where each x stands: by its logarithm, zero a step before the first. */
function positions(ticks: readonly number[]): (x: number) => number {
  const positive = ticks.filter((tick) => tick > 0);
  const least = Math.log(positive[0] ?? 1) - (positive.length < ticks.length ? 2 : 0);
  const span = Math.max(1e-9, Math.log(positive.at(-1) ?? 1) - least);
  const width = WIDTH - LEFT - RIGHT - 40;
  return (x) => LEFT + 20 + (x > 0 ? ((Math.log(x) - least) / span) * width : 0);
}

/** 1, 2 or 5 times a power of ten, at least this. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((factor) => factor * power >= least) ?? 10) * power;
}

function line(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  colour: string,
  width = 1,
  opacity = 1,
): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${colour}" stroke-width="${width}" opacity="${opacity}"/>`;
}

function text(x: number, y: number, words: string, anchor: string, weight = 'normal'): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-weight="${weight}">${escaped}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
