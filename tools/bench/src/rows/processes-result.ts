import { resultOf, type RowResult, type Series } from '../result.ts';
import { ratioOf, single, spreadOf, sum } from '../statistics.ts';
import { verdictOf, worstOf } from '../verdict.ts';
import { noteOf, spreadFigures, timesSpread } from '../wording.ts';

const MOST_LOST_PERCENT = 5;

/** One time that so many processes emptied a box, and what they are compared with. */
export interface ProcessesSample {
  readonly perSecond: number;
  /** Of as many processes that never meet, in the same minute: each has a part of the messages in a box of its own. */
  readonly apartPerSecond: number;
  /** Of the bare calls, by as many processes, on files in one directory of which each process takes its own. */
  readonly barePerSecond: number;
  /** Of what does nothing but count, by as many processes, in the same minute. */
  readonly stepsPerSecond: number;
  readonly lost: number;
  readonly vain: number;
  readonly claims: number;
  /** Of all processes together, for one message. */
  readonly processor_us: number;
  /** The same with a box each. */
  readonly apartProcessor_us: number;
}

type FigureOf = (sample: ProcessesSample) => number;

/** What several processes are compared by with one, by the names that their ratios have among the figures. */
const measures = {
  ratio: ({ perSecond }) => perSecond,
  apart_ratio: ({ apartPerSecond }) => apartPerSecond,
  bare_ratio: ({ barePerSecond }) => barePerSecond,
  steps_ratio: ({ stepsPerSecond }) => stepsPerSecond,
  processor_ratio: ({ processor_us }) => processor_us,
  apart_processor_ratio: ({ apartProcessor_us }) => apartProcessor_us,
} satisfies Readonly<Record<string, FigureOf>>;

/** What several processes come to beside one, from all samples, by the number of processes. */
export function resultOfProcesses(
  place: string,
  counts: readonly number[],
  samples: ReadonlyMap<number, readonly ProcessesSample[]>,
): RowResult {
  const figuresOf = (count: number, figureOf: FigureOf): number[] => (samples.get(count) ?? []).map(figureOf);
  const more = counts.filter((count) => count > 1);
  const ratios = (figureOf: FigureOf) =>
    more.map((count) => ({ count, ratio: ratioOf(figuresOf(count, figureOf), figuresOf(1, figureOf)) }));
  const told = (figureOf: FigureOf): string =>
    ratios(figureOf)
      .map(({ count, ratio }) => `${count}: ${timesSpread(ratio)}`)
      .join('; ');
  const percent = (count: number, part: FigureOf, whole: FigureOf): number =>
    (100 * sum(figuresOf(count, part))) / Math.max(1, sum(figuresOf(count, whole)));
  const lost_percent = (count: number): number =>
    percent(
      count,
      ({ lost }) => lost,
      ({ claims }) => claims,
    );
  // A look that found nothing would else have been a claim, and lost.
  const vain_percent = (count: number): number =>
    percent(
      count,
      ({ vain }) => vain,
      ({ claims, vain }) => claims + vain,
    );
  const throughput = ratios(measures.ratio);
  const listed = (of: (count: number) => number): string =>
    more.map((count) => `${of(count).toFixed(1)} %`).join(', ');
  const series: Series[] = [
    {
      name: 'messages a second',
      points: counts.map((x) => ({ x, y: spreadOf(figuresOf(x, measures.ratio)) })),
    },
  ];
  return resultOf({
    row: 'processes',
    title: `${more.join(', ')} consumer processes on one box`,
    place,
    target: `total throughput never below one process; at most ${MOST_LOST_PERCENT} % of claims lost`,
    figure: `${told(measures.ratio)}; lost ${listed(lost_percent)}; looked in vain ${listed(vain_percent)}`,
    verdict: worstOf([
      ...throughput.map(({ ratio }) => verdictOf(ratio, { atLeast: 1 })),
      ...more.map((count) => verdictOf(single(lost_percent(count)), { atMost: MOST_LOST_PERCENT })),
    ]),
    note: noteOf(
      'throughput over that of one process',
      'lost: of all claims, judged; looked in vain: names that were looked at before a claim and were gone, of all claims and these',
      `the bare calls, each process on files of its own in one directory, came to ${told(measures.bare_ratio)}`,
      `with a box each they came to ${told(measures.apart_ratio)}`,
      `what only counts came to ${told(measures.steps_ratio)}`,
      `processor time of a message, all processes together: ${told(measures.processor_ratio)}`,
      `with a box each: ${told(measures.apart_processor_ratio)}`,
    ),
    series,
    figures: Object.assign(
      {},
      ...Object.entries(measures).flatMap(([name, figureOf]) =>
        ratios(figureOf).map(({ count, ratio }) => spreadFigures(`${name}_${count}`, ratio)),
      ),
      ...counts.map((count) => ({
        [`lost_percent_${count}`]: lost_percent(count),
        [`vain_percent_${count}`]: vain_percent(count),
      })),
    ),
  });
}
