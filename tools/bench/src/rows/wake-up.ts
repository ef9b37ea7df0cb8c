import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Child } from '../child-process.ts';
import { startRole } from '../programs.ts';
import { restedMemory, touchText } from '../rested-memory.ts';
import { resultOf, type RowResult } from '../result.ts';
import type { Watching } from '../roles/bare-sleeper.ts';
import type { Wake } from '../roles/sleeper.ts';
import type { Touch } from '../roles/toucher.ts';
import type { Context, Row } from '../row.ts';
import { quantile, single } from '../statistics.ts';
import { verdictOf, worstOf } from '../verdict.ts';
import { digits, noteOf } from '../wording.ts';

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

/** Messages to a worker that rested, and what each `send` took. */
export interface Wakes {
  readonly wakes: readonly Wake[];
  readonly sent_ms: readonly number[];
}

/** What was measured: with watch events, by bare calls instead, without those events; and what memory takes after as long a rest. */
export interface WakeUps {
  readonly heard: Wakes;
  /** Or why there are none. */
  readonly bare_ms: readonly number[] | string;
  readonly deaf: Wakes;
  readonly memory: Touch;
}

async function measure(context: Context): Promise<readonly RowResult[]> {
  const { sizes, place } = context;
  await using site = await context.site(sizes.wakes * 8);
  const directory = (name: string): string => {
    mkdirSync(join(site.directory, name));
    return join(site.directory, name);
  };
  const some = Math.max(5, Math.ceil(sizes.wakes / 3));
  const heard = await wakesOf(directory('heard'), sizes.wakes, false);
  const bare_ms = await bareWakesOf(directory('bare'), some);
  const deaf = await wakesOf(directory('deaf'), some, true);
  return judge(place.name, { heard, bare_ms, deaf, memory: await restedMemory(REST_MS) });
}

/** What the figures say. */
export function judge(place: string, { heard, bare_ms, deaf, memory }: WakeUps): readonly RowResult[] {
  const common = { row: 'wake-up', place };
  const handled_ms = handledOf(heard);
  const [half, most] = [quantile(handled_ms, 0.5), quantile(handled_ms, 0.99)];
  const deaf_ms = handledOf(deaf);
  const latest = Math.max(...deaf_ms);
  return [
    resultOf({
      ...common,
      title: 'wake-up, send to handler, other process',
      target: 'p50 2 ms, p99 20 ms',
      figure: quantilesText(handled_ms),
      verdict: worstOf([verdictOf(single(half), { atMost: 2 }), verdictOf(single(most), { atMost: 20 })]),
      note: noteOf(
        `${handled_ms.length} messages, each after a rest of ${REST_MS / 2} to ${REST_MS * 1.5} ms, from before send to within the handler; the latest ${digits(Math.max(...handled_ms))} ms`,
        stepsText(heard),
        bareText(bare_ms),
        touchText(memory, REST_MS),
      ),
      figures: {
        p50_ms: half,
        p99_ms: most,
        ...(typeof bare_ms === 'string'
          ? {}
          : { bare_p50_ms: quantile(bare_ms, 0.5), bare_p99_ms: quantile(bare_ms, 0.99) }),
        page_ns: memory.first_ns,
      },
    }),
    resultOf({
      ...common,
      title: 'the same with every watch event lost',
      target: `one poll interval (${POLL_MS} ms, and ${POLL_SLACK_MS} for the machine)`,
      figure: `p50 ${digits(quantile(deaf_ms, 0.5))} ms, latest ${digits(latest)} ms`,
      verdict: verdictOf(single(latest), { atMost: POLL_MS + POLL_SLACK_MS }),
      note: `${deaf_ms.length} messages, each after as long a rest`,
      figures: { latest_ms: latest },
    }),
  ];
}

function bareText(bare_ms: WakeUps['bare_ms']): string {
  if (typeof bare_ms === 'string') return `bare calls of node were not measured: ${bare_ms}`;
  return `bare calls of node (a file written, renamed, told of by fs.watch and read, after as long rests; ${bare_ms.length} of them) took ${quantilesText(bare_ms)}`;
}

function handledOf({ wakes }: Wakes): readonly number[] {
  return wakes.map(({ handled_ms }) => handled_ms);
}

function quantilesText(taken_ms: readonly number[]): string {
  return `p50 ${digits(quantile(taken_ms, 0.5))} ms, p99 ${digits(quantile(taken_ms, 0.99))} ms`;
}

/** What of it was the sending, the watch, and the queue from there on, each by its middle. */
function stepsText({ wakes, sent_ms }: Wakes): string {
  const heard = wakes.flatMap(({ heard_ms, handled_ms }) =>
    heard_ms === null ? [] : [{ heard_ms, handled_ms }],
  );

  return [
    `in the middle send took ${middle(sent_ms)} ms`,
    `the watch told of it ${middle(heard.map(({ heard_ms }) => heard_ms))} ms after send had begun`,
    `and the handler had it ${middle(heard.map(({ heard_ms, handled_ms }) => handled_ms - heard_ms))} ms after that (${wakes.length - heard.length} of ${wakes.length} were found by a poll)`,
  ].join(', ');
}

function middle(figures: readonly number[]): string {
  return digits(quantile(figures, 0.5));
}

async function wakesOf(directory: string, count: number, deaf: boolean): Promise<Wakes> {
  const sleeper = startRole('sleeper', { directory, deaf });
  try {
    await sleeper.ask('ready');
    const [sent_ms, wakes] = await wakesBetween<readonly number[], Wake>('caller', directory, sleeper, count);
    return { wakes, sent_ms };
  } finally {
    await sleeper.end();
  }
}

async function bareWakesOf(directory: string, count: number): Promise<readonly number[] | string> {
  const sleeper = startRole('bareSleeper', { directory });
  try {
    const { reason } = await sleeper.ask<Watching>('ready');
    if (reason !== null) return reason;
    const [, taken_ms] = await wakesBetween<unknown, number>('bareCaller', directory, sleeper, count);
    return taken_ms;
  } finally {
    await sleeper.end();
  }
}

/** What the caller says of so many calls, and what the sleeper says of each; a few before them are not counted. */
async function wakesBetween<Said, Each>(
  role: string,
  directory: string,
  sleeper: Child,
  count: number,
): Promise<readonly [said: Said, each: readonly Each[]]> {
  const caller = startRole(role, { directory, pause_ms: REST_MS });
  try {
    const warm = Math.min(10, count);
    await caller.ask('call', warm);
    await sleeper.ask('wakes', warm);
    const said = await caller.ask<Said>('call', count);
    return [said, await sleeper.ask<readonly Each[]>('wakes', count)];
  } finally {
    await caller.end();
  }
}
