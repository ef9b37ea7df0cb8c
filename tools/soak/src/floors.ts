import type { SoakOptions } from './soak.ts';
import type { SoakResult } from './soak-result.ts';

/*
 * What a soak must have had, so that its success shows something. A busy computer with two cores has about ten times as much
 * (docs/reliability.md: 9 acknowledged, 1.4 kills and 0.5 takeovers a second at a load of 15 to 45).
 */

/** How a soak was run, as far as it matters here. */
export type Scale = Pick<SoakOptions, 'seconds' | 'consumers' | 'rate'>;

/** Each floor that this run did not reach, in words; none when it shows enough. */
export function shortfalls(
  result: Pick<SoakResult, 'counts' | 'kills' | 'takeoversFromDead' | 'takeoversFromStopped' | 'leasesLost'>,
  { seconds, consumers, rate }: Scale,
): string[] {
  const overtaken = result.takeoversFromDead + result.takeoversFromStopped + result.leasesLost;
  const floors: readonly (readonly [what: string, had: number, least: number])[] = [
    ['messages acknowledged', result.counts.acknowledged, Math.max(10, Math.min(1, rate / 10) * seconds)],
    // At the end half of the consumers are killed in any case.
    ['kills', result.kills, Math.ceil(consumers / 2) + Math.max(3, seconds / 4)],
    ['takeovers and leases lost', overtaken, Math.max(1, seconds / 20)],
  ];
  return floors
    .map(([what, had, least]) => ({ what, had, least: Math.ceil(least) }))
    .filter(({ had, least }) => had < least)
    .map(({ what, had, least }) => `${had} ${what}; at least ${least} are needed`);
}
