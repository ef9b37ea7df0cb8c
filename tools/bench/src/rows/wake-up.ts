import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startRole } from '../programs.ts';
import { resultOf, type RowResult } from '../result.ts';
import type { Context, Row } from '../row.ts';
import { quantile, single } from '../statistics.ts';
import { verdictOf, worstOf } from '../verdict.ts';
import { digits } from '../wording.ts';

/** How long it takes from `send` in one process to the handler in another that sleeps. */
export const wakeUpRow: Row = { name: 'wake-up', diskOnly: false, run: measure };

/** The queue's default. */
const POLL_MS = 250;
/** What a loaded machine may add to a poll of 250 ms before it is said to be late. */
const POLL_SLACK_MS = 20;
/**
 * How long it is left alone before each message, half of this to one and a half times as long: a worker that had one polls quickly
 * for 300 ms, and would find the next by that alone.
 */
const REST_MS = 800;

async function measure(context: Context): Promise<readonly RowResult[]> {
  const { sizes, place } = context;
  await using site = await context.site(sizes.wakes * 2);
  const heard = await latencies(join(site.directory, 'heard'), sizes.wakes, false);
  const deaf = await latencies(join(site.directory, 'deaf'), Math.max(5, Math.ceil(sizes.wakes / 4)), true);
  const common = { row: 'wake-up', place: place.name };
  const [half, most] = [quantile(heard, 0.5), quantile(heard, 0.99)];
  const latest = Math.max(...deaf);
  return [
    resultOf({
      ...common,
      title: 'wake-up, send to handler, other process',
      target: 'p50 2 ms, p99 20 ms',
      figure: `p50 ${digits(half)} ms, p99 ${digits(most)} ms`,
      verdict: worstOf([verdictOf(single(half), { atMost: 2 }), verdictOf(single(most), { atMost: 20 })]),
      note: `${heard.length} messages, each after a rest of ${REST_MS / 2} to ${REST_MS * 1.5} ms, from before send to within the handler; the latest ${digits(Math.max(...heard))} ms`,
      figures: { p50_ms: half, p99_ms: most },
    }),
    resultOf({
      ...common,
      title: 'the same with every watch event lost',
      target: `one poll interval (${POLL_MS} ms, and ${POLL_SLACK_MS} for the machine)`,
      figure: `p50 ${digits(quantile(deaf, 0.5))} ms, latest ${digits(latest)} ms`,
      verdict: verdictOf(single(latest), { atMost: POLL_MS + POLL_SLACK_MS }),
      note: `${deaf.length} messages, each after as long a rest`,
      figures: { latest_ms: latest },
    }),
  ];
}

async function latencies(directory: string, count: number, deaf: boolean): Promise<number[]> {
  mkdirSync(directory);
  const sleeper = startRole('sleeper', { directory, deaf });
  await sleeper.ask('ready');
  const caller = startRole('caller', { directory, pause_ms: REST_MS });
  const warm = Math.min(10, count);
  try {
    await caller.ask('call', warm);
    await sleeper.ask('latencies', warm);
    await caller.ask('call', count);
    return (await sleeper.ask<{ latencies_ms: number[] }>('latencies', count)).latencies_ms;
  } finally {
    await caller.end();
    await sleeper.end();
  }
}
