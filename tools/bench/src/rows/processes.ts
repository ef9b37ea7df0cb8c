import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Child } from '../child-process.ts';
import { startRole } from '../programs.ts';
import { resultOf, type RowResult, type Series } from '../result.ts';
import type { RivalResult, Span } from '../roles/rival.ts';
import type { Context, Row } from '../row.ts';
import { ratioOf, single, spreadOf } from '../statistics.ts';
import { verdictOf, worstOf } from '../verdict.ts';
import { noteOf, spreadFigures, timesSpread } from '../wording.ts';

/** Several consumer processes on one box. */
export const processesRow: Row = { name: 'processes', diskOnly: false, run: measure };

/**
 * Before it is measured, each process has had so many messages: compiling the code is the start-up's affair, not a rival's. With
 * fewer, one process alone, which then has eight times as many as each of eight, would be compared with eight that are cold.
 */
const WARM_MESSAGES = 12_000;
/** Of all that are measured, in a box: so many that starting on it, a listing for each process, does not count for much. */
const MESSAGES_FACTOR = 2;
/** From where on the boxes are numbered that one process has for itself; beyond the number of samples and of processes. */
const APART = 1_000;
/** Counted by each number of processes together, some tenths of a second of one. */
const BURN_STEPS = 400_000_000;

const MOST_LOST_PERCENT = 5;

interface Sample {
  readonly perSecond: number;
  /** Of as many processes that never meet, in the same minute: each has a part of the messages in a box of its own. */
  readonly apartPerSecond: number;
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

type FigureOf = (sample: Sample) => number;

/** What several processes are compared by with one, by the names that their ratios have among the figures. */
const measures = {
  ratio: ({ perSecond }) => perSecond,
  apart_ratio: ({ apartPerSecond }) => apartPerSecond,
  steps_ratio: ({ stepsPerSecond }) => stepsPerSecond,
  processor_ratio: ({ processor_us }) => processor_us,
  apart_processor_ratio: ({ apartProcessor_us }) => apartProcessor_us,
} satisfies Readonly<Record<string, FigureOf>>;

async function measure(context: Context): Promise<readonly RowResult[]> {
  const { sizes, place } = context;
  const { consumers: counts, consumerRounds: rounds } = sizes;
  const messages = Math.max(100, sizes.messages * MESSAGES_FACTOR);
  const warm = sizes.messages < 1_000 ? messages : WARM_MESSAGES;
  await using site = await context.site(messages + warm * Math.max(...counts));
  const rivals = Array.from({ length: Math.max(...counts) }, () =>
    startRole('rival', { directory: site.directory }),
  );
  const samples = new Map<number, Sample[]>(counts.map((count) => [count, []]));
  try {
    for (const one of rivals) await one.ask('warm', warm);
    for (let round = 0; round < rounds; round += 1) {
      for (let turn = 0; turn < counts.length; turn += 1) {
        const count = counts[(round + turn) % counts.length] ?? 1;
        // Not always the same: each is to have had about as many messages as the others.
        const chosen = Array.from({ length: count }, (_, at) => rivals[(at + round) % rivals.length]).filter(
          (one) => one !== undefined,
        );
        samples
          .get(count)
          ?.push(await sample(site.directory, round * counts.length + turn, chosen, messages));
      }
    }
  } finally {
    for (const one of rivals) await one.end();
  }
  return [judge(place.name, counts, samples)];
}

async function sample(
  site: string,
  number: number,
  rivals: readonly Child[],
  messages: number,
): Promise<Sample> {
  const results = await emptied(site, rivals, messages, () => number);
  const apart = await emptied(site, rivals, messages, (at) => (number + 1) * APART + at);
  const steps = Math.ceil(BURN_STEPS / rivals.length);
  const burnt = await Promise.all(rivals.map((rival) => rival.ask<Span>('burn', steps)));
  return {
    perSecond: rateOf(results, messages),
    apartPerSecond: rateOf(apart, messages),
    stepsPerSecond: (BURN_STEPS / spanOf_ms(burnt)) * 1_000,
    lost: sum(results.map(({ lost }) => lost)),
    vain: sum(results.map(({ vain }) => vain)),
    claims: sum(results.map(({ claims }) => claims)),
    processor_us: sum(results.map(({ processor_us }) => processor_us)) / messages,
    apartProcessor_us: sum(apart.map(({ processor_us }) => processor_us)) / messages,
  };
}

/** Shares the messages out among the boxes of all, `boxOf` the number of each, which may be one; then each process empties its own. */
async function emptied(
  site: string,
  rivals: readonly Child[],
  messages: number,
  boxOf: (at: number) => number,
): Promise<readonly RivalResult[]> {
  const boxes = new Set(rivals.map((_, at) => boxOf(at)));
  let left = messages;
  let unfilled = boxes.size;
  for (const box of boxes) {
    const directory = join(site, String(box));
    mkdirSync(directory);
    const filler = startRole('filler', { directory, kind: 'errand' });
    const part = Math.ceil(left / unfilled);
    await filler.ask('fill', part);
    await filler.end();
    left -= part;
    unfilled -= 1;
  }
  const results = await Promise.all(rivals.map((rival, at) => rival.ask<RivalResult>('run', boxOf(at))));
  for (const box of boxes) rmSync(join(site, String(box)), { recursive: true });
  const acked = sum(results.map((result) => result.acked));
  if (acked !== messages)
    throw new Error(`${rivals.length} consumers finished ${acked} of ${messages} messages.`);
  return results;
}

function rateOf(results: readonly RivalResult[], messages: number): number {
  return (messages / spanOf_ms(results.filter((result) => result.acked > 0))) * 1_000;
}

/** From when the first began until the last has ended. */
function spanOf_ms(spans: readonly Span[]): number {
  return Math.max(...spans.map(({ to_ms }) => to_ms)) - Math.min(...spans.map(({ from_ms }) => from_ms));
}

function judge(
  place: string,
  counts: readonly number[],
  samples: ReadonlyMap<number, readonly Sample[]>,
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

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}
