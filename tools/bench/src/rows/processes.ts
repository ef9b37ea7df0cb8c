import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fillBareBox } from '../bare-claims.ts';
import type { Child } from '../child-process.ts';
import { startRole } from '../programs.ts';
import type { RowResult } from '../result.ts';
import type { RivalResult, Span } from '../roles/rival.ts';
import type { Context, Row } from '../row.ts';
import { sum } from '../statistics.ts';
import { resultOfProcesses, type ProcessesSample } from './processes-result.ts';

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
/** The bare calls get so many times as many messages, so that they take as long. */
const BARE_FACTOR = 3;
/** Counted by each number of processes together, some tenths of a second of one. */
const BURN_STEPS = 400_000_000;

async function measure(context: Context): Promise<readonly RowResult[]> {
  const { sizes, place } = context;
  const { consumers: counts, consumerRounds: rounds } = sizes;
  const messages = Math.max(100, sizes.messages * MESSAGES_FACTOR);
  const warm = sizes.messages < 1_000 ? messages : WARM_MESSAGES;
  await using site = await context.site(messages * (1 + BARE_FACTOR) + warm * Math.max(...counts));
  const rivals = Array.from({ length: Math.max(...counts) }, () =>
    startRole('rival', { directory: site.directory }),
  );
  const samples = new Map<number, ProcessesSample[]>(counts.map((count) => [count, []]));
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
  return [resultOfProcesses(place.name, counts, samples)];
}

async function sample(
  site: string,
  number: number,
  rivals: readonly Child[],
  messages: number,
): Promise<ProcessesSample> {
  const results = await emptied(site, rivals, messages, () => number);
  const apart = await emptied(site, rivals, messages, (at) => (number + 1) * APART + at);
  const bare = await takenBare(site, rivals, messages * BARE_FACTOR);
  const steps = Math.ceil(BURN_STEPS / rivals.length);
  const burnt = await Promise.all(rivals.map((rival) => rival.ask<Span>('burn', steps)));
  return {
    perSecond: rateOf(results, messages),
    apartPerSecond: rateOf(apart, messages),
    barePerSecond: (messages * BARE_FACTOR * 1_000) / spanOf_ms(bare),
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
    try {
      await filler.ask('fill', part);
    } finally {
      await filler.end();
    }
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

async function takenBare(site: string, rivals: readonly Child[], count: number): Promise<readonly Span[]> {
  const directory = join(site, 'bare');
  fillBareBox(directory, count, rivals.length);
  try {
    return await Promise.all(rivals.map((rival, at) => rival.ask<Span>('bare', at)));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function rateOf(results: readonly RivalResult[], messages: number): number {
  return (messages / spanOf_ms(results.filter((result) => result.acked > 0))) * 1_000;
}

/** From when the first began until the last has ended. */
function spanOf_ms(spans: readonly Span[]): number {
  return Math.max(...spans.map(({ to_ms }) => to_ms)) - Math.min(...spans.map(({ from_ms }) => from_ms));
}
