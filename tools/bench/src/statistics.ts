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

/** The spread of one series over another, round by round: what slows down a whole round cancels out. */
export function ratioOf(figures: readonly number[], base: readonly number[]): Spread {
  return spreadOf(figures.map((figure, round) => figure / (base[round] ?? Number.NaN)));
}
