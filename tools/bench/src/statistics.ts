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

/** The mean of every run of so many figures in a row; of all, where there are fewer. */
export function meansOver(length: number, figures: readonly number[]): number[] {
  const taken = Math.min(length, figures.length);
  return Array.from({ length: figures.length - taken + 1 }, (_, from) => {
    const run = figures.slice(from, from + taken);
    return sum(run) / taken;
  });
}

/** The spread of one series over another, round by round: what slows down a whole round cancels out. */
export function ratioOf(figures: readonly number[], base: readonly number[]): Spread {
  return spreadOf(figures.map((figure, round) => figure / (base[round] ?? Number.NaN)));
}

export function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}
