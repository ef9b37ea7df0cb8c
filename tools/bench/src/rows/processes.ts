import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startRole } from '../programs.ts';
import { resultOf, type RowResult, type Series } from '../result.ts';
import type { RivalResult } from '../roles/rival.ts';
import type { Context, Row } from '../row.ts';
import { ratioOf, spreadOf } from '../statistics.ts';
import { timesSpread } from '../wording.ts';

/** Several consumer processes on one box. */
export const processesRow: Row = { name: 'processes', diskOnly: false, run: measure };

interface Sample {
  readonly perSecond: number;
  readonly lost: number;
  readonly claims: number;
}

async function measure(context: Context): Promise<readonly RowResult[]> {
  const { sizes, place } = context;
  const { consumers: counts, consumerRounds: rounds } = sizes;
  const messages = Math.max(100, Math.floor(sizes.messages / 2));
  await using site = await context.site(messages * rounds * counts.length);
  const samples = new Map<number, Sample[]>(counts.map((count) => [count, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < counts.length; turn += 1) {
      const count = counts[(round + turn) % counts.length] ?? 1;
      const directory = join(site.directory, `${round}-${count}`);
      mkdirSync(directory);
      samples.get(count)?.push(await sample(directory, count, messages));
    }
  }
  return [judge(place.name, counts, samples)];
}

async function sample(directory: string, count: number, messages: number): Promise<Sample> {
  const filler = startRole('filler', { directory, kind: 'errand' });
  await filler.ask('fill', messages);
  await filler.end();
  const rivals = Array.from({ length: count }, () => startRole('rival', { directory }));
  try {
    const results = await Promise.all(rivals.map((rival) => rival.ask<RivalResult>('run')));
    const acked = sum(results.map((result) => result.acked));
    if (acked !== messages) throw new Error(`${count} consumers finished ${acked} of ${messages} messages.`);
    // From when the first had opened the queue: until the others are there too, there are fewer of them.
    const busy = results.filter((result) => result.acked > 0);
    const span_ms =
      Math.max(...busy.map(({ to_ms }) => to_ms)) - Math.min(...busy.map(({ from_ms }) => from_ms));
    return {
      perSecond: (messages / span_ms) * 1_000,
      lost: sum(results.map(({ lost }) => lost)),
      claims: sum(results.map(({ claims }) => claims)),
    };
  } finally {
    for (const rival of rivals) await rival.end();
  }
}

function judge(
  place: string,
  counts: readonly number[],
  samples: ReadonlyMap<number, readonly Sample[]>,
): RowResult {
  const rates = (count: number): number[] => (samples.get(count) ?? []).map(({ perSecond }) => perSecond);
  const more = counts.filter((count) => count > 1);
  const ratios = more.map((count) => ({ count, ratio: ratioOf(rates(count), rates(1)) }));
  const lostPercent = (count: number): number => {
    const of = samples.get(count) ?? [];
    return (100 * sum(of.map(({ lost }) => lost))) / Math.max(1, sum(of.map(({ claims }) => claims)));
  };
  const worstLost = Math.max(...more.map(lostPercent));
  const met = ratios.every(({ ratio }) => ratio.median >= 1) && worstLost <= 5;
  const series: Series[] = [
    { name: 'messages a second', points: counts.map((x) => ({ x, y: spreadOf(rates(x)) })) },
  ];
  return resultOf({
    row: 'processes',
    title: `${counts.slice(1).join(', ')} consumer processes on one box`,
    place,
    target: 'total throughput never below one process; at most 5 % of claims lost',
    figure: `${ratios.map(({ count, ratio }) => `${count}: ${timesSpread(ratio)}`).join('; ')}; lost ${more.map((count) => `${lostPercent(count).toFixed(1)} %`).join(', ')}`,
    verdict: met ? 'met' : 'missed',
    note: 'throughput over that of one process',
    series,
    figures: Object.fromEntries(counts.map((count) => [`lost_percent_${count}`, lostPercent(count)])),
  });
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}
