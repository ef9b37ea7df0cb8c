/** The middle of several figures, and the quarters around it. */
export interface Spread {
  readonly median: number;
  /** A quarter of the figures are below. */
  readonly low: number;
  /** A quarter of the figures are above. */
  readonly high: number;
}

/** The figure that this part (0 to 1) of all figures does not exceed, interpolated; NaN of none. */
export function quantile(figures: readonly number[], part: number): number {
  const sorted = figures.toSorted((one, other) => one - other);
  const position = part * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** Median and quartiles. */
export function spreadOf(figures: readonly number[]): Spread {
  return { median: quantile(figures, 0.5), low: quantile(figures, 0.25), high: quantile(figures, 0.75) };
}

/** One figure that was taken one time, where a spread is asked for: it has no quarters of its own. */
export function single(figure: number): Spread {
  return { median: figure, low: figure, high: figure };
}

/** Rounds in a row: from the first of these up to, and without, the second. */
export type Rounds = readonly [from: number, to: number];

/**
 * Whole cycles of what happens now and then, such as a listing: each begins in a round in which it happened and ends before another one,
 * `least` rounds later or more. None where it happened too seldom for that.
 */
export function cyclesOf(happened: readonly number[], least: number): readonly Rounds[] {
  const cycles: Rounds[] = [];
  let began: number | null = null;
  for (const [round, times] of happened.entries()) {
    if (times === 0) continue;
    began ??= round;
    if (round - began < least) continue;
    cycles.push([began, round]);
    began = round;
  }
  return cycles;
}

/** The means of these rounds. */
export function meansOver(cycles: readonly Rounds[], figures: readonly number[]): number[] {
  return cycles.map(([from, to]) => sum(figures.slice(from, to)) / (to - from));
}

/** The spread of one series over another, round by round: what slows down a whole round cancels out. */
export function ratioOf(figures: readonly number[], base: readonly number[]): Spread {
  return spreadOf(figures.map((figure, round) => figure / (base[round] ?? Number.NaN)));
}

export function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}
