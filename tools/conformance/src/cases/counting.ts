import { setTimeout } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { registered, type Case } from '../case.ts';
import { anything, Difference, jsonWith } from '../expectation.ts';
import { dead, leased, ready, reason, type Header } from '../file-name.ts';
import { json, status, task } from '../message.ts';
import { timeIn } from '../place-pattern.ts';
import { waiting } from './claiming.ts';

const LATER = 4_000_000_000_000;
const FULL: Header = { priority: 0, d: 2, f: 1, r: 1, x: 2, e: LATER };
/** Enough for chance to show. */
const IDS = Array.from({ length: 12 }, (_, index) => `m-${index}`);
const URGENT = { priority: 'high', retry_policy: { max_retries: 9 } };

/** Whoever goes back keeps all of its name that is not its counters, and has a name that was never used. */
function keepsTheRest(command: string, title: string, rules: Case['rules'], counts: Header, rest = {}): Case {
  return {
    name: `${command}-keeps-the-rest`,
    rules: ['R4', 'R24', 'R46', ...rules],
    role: 'consumer',
    title,
    before: { ...registered('coder'), ...waiting({ ...FULL, a: 1_000 }, URGENT) },
    run: async (bench) => {
      const consumer = bench.open();
      const { lease } = await consumer.claim();
      const nonces = ['000000', lease.slice(-20, -14)];
      await consumer.do(command, { lease, delay_ms: 3_600_000, ...rest });
      nonces.push(
        ...[...bench.survey().keys()]
          .filter((path) => path.startsWith('inbox/coder/'))
          .map((path) => path.slice(-11, -5)),
      );
      if (new Set(nonces).size !== 3)
        throw new Difference(
          `its names had the nonces ${nonces.join(', ')}; each has to be a fresh one, before the claim, in hand and behind it`,
        );
    },
    after: {
      [ready({ ...FULL, ...counts, a: '{time}' })]: json(task(URGENT)),
    },
  };
}

/** Fails messages that all have this header: each delay must be allowed, and they must not all be as long as may be. */
async function expectSpread(bench: Bench, after: Header, most_ms: number): Promise<void> {
  const consumer = bench.open();
  const delays_ms: number[] = [];
  for (const _ of IDS) {
    const { lease, message } = await consumer.claim();
    const since_ms = Date.now();
    await consumer.do('retry', { lease, error: 'busy' });
    const pattern = ready({ ...after, id: String(message['message_id']), a: '{time}' });
    const found = [...bench.survey().keys()].map((path) => timeIn(path, pattern));
    // Without `.a` it goes back at once, which is one of the delays that are allowed.
    const at_ms = found.find((time) => time !== null) ?? since_ms;
    delays_ms.push(at_ms - since_ms);
    if (at_ms > Date.now() + most_ms + 1)
      throw new Difference(`a delay is ${at_ms - since_ms} ms; from 0 to ${most_ms} are allowed`);
  }
  if (delays_ms.every((delay_ms) => delay_ms > most_ms * 0.9))
    throw new Difference(`the delays are ${delays_ms.join(', ')} ms, not random from 0 to ${most_ms}`);
}

export const countingCases: readonly Case[] = [
  keepsTheRest(
    'release',
    'A message that is put off keeps priority, failures, run and expiry, and gets a fresh nonce.',
    [],
    { d: 3, r: 2 },
  ),
  keepsTheRest(
    'retry',
    'A message whose handler failed keeps priority, releases, run and expiry, and gets a fresh nonce.',
    ['R47'],
    { d: 3, f: 2 },
    { error: 'busy' },
  ),
  {
    name: 'release-beyond-names',
    rules: ['R23', 'R24', 'R46'],
    role: 'consumer',
    title: 'A delay that no name can tell costs no counters: it is refused, or cut to what a name can tell.',
    before: { ...registered('coder'), ...waiting({ ...FULL }, URGENT) },
    run: async (bench) => {
      const consumer = bench.open();
      const { lease } = await consumer.claim();
      const { error } = await consumer.session.ask({ command: 'release', lease, delay_ms: 9e12 });
      const content = json(task(URGENT));
      bench.expect(
        error === undefined
          ? { [ready({ ...FULL, d: 3, r: 2, a: '{time}' })]: content }
          : { [lease]: content },
      );
    },
  },
  {
    name: 'retry-backoff',
    rules: ['R47'],
    role: 'consumer',
    title:
      'The delay after the n-th failure should be random between 0 and backoff_seconds · backoff_multiplier^(n−1).',
    before: {
      ...registered('coder'),
      ...Object.assign(
        {},
        ...IDS.map((id) =>
          waiting(
            { id, d: 1, f: 1 },
            { retry_policy: { max_retries: 9, backoff_seconds: 100, backoff_multiplier: 30 } },
          ),
        ),
      ),
    },
    run: async (bench) => {
      await expectSpread(bench, { d: 2, f: 2 }, 3_000_000);
    },
  },
  {
    name: 'retry-backoff-of-a-status',
    rules: ['R47'],
    role: 'consumer',
    title: 'Types without a retry_policy should wait between 0 and 1 s · 2^(n−1), up to 5 minutes.',
    before: {
      ...registered('coder'),
      ...Object.fromEntries(
        IDS.map((id) => [
          ready({ id, type: 'status_update', d: 3, f: 3, nonce: '000000' }),
          json(status({ message_id: id })),
        ]),
      ),
    },
    run: async (bench) => {
      await expectSpread(bench, { type: 'status_update', d: 4, f: 4 }, 8_000);
    },
  },
  {
    name: 'retry-a-status-no-more',
    rules: ['R43', 'R47'],
    role: 'consumer',
    title: 'Types without a retry_policy have four retries: the fifth failure is the last.',
    before: {
      ...registered('coder'),
      [ready({ type: 'status_update', d: 4, f: 4, nonce: '000000' })]: json(status()),
    },
    run: async (bench) => {
      const consumer = bench.open();
      const { lease } = await consumer.claim();
      await consumer.do('retry', { lease, error: 'busy' });
    },
    after: {
      [dead({ type: 'status_update', d: 5, f: 4 })]: json(status()),
      [reason({ type: 'status_update', d: 5, f: 4 })]: jsonWith({ code: 'exhausted', failures: 5 }),
    },
  },
  {
    name: 'claim-within-many-retries',
    rules: ['R43'],
    role: 'consumer',
    title: 'A task that may be tried again more than four times may be delivered as often, and once more.',
    before: { ...registered('coder'), ...waiting({ d: 9 }, { retry_policy: { max_retries: 9 } }) },
    run: async (bench) => {
      const { delivery } = await bench.open().claim();
      if (delivery !== 10) throw new Difference(`claim: delivery is ${delivery} instead of 10`);
    },
    after: { [leased({ d: 10 })]: anything },
  },
  {
    name: 'claim-with-900-failures',
    rules: ['R43'],
    role: 'consumer',
    title: 'Of max_retries, 900 count.',
    before: {
      ...registered('coder'),
      ...waiting({ d: 900, f: 900 }, { retry_policy: { max_retries: 5_000 } }),
    },
    run: async (bench) => {
      await bench.open().claim();
    },
    after: { [leased({ d: 901, f: 900 })]: anything },
  },
  {
    name: 'history-oldest-first',
    rules: ['R52', 'R55'],
    role: 'consumer',
    title: 'The reason tells the failures in the order in which they happened.',
    before: { ...registered('coder'), ...waiting({}, { retry_policy: { max_retries: 9 } }) },
    run: async (bench) => {
      const consumer = bench.open();
      for (const error of ['first', 'second', 'third']) {
        const { lease } = await consumer.claim();
        await consumer.do('retry', { lease, error, delay_ms: 1 });
        await setTimeout(20); // The times of failures are whole milliseconds.
      }
      const { lease } = await consumer.claim();
      await consumer.do('reject', { lease, reason: 'fourth' });
    },
    after: {
      [dead({ d: 4, f: 3 })]: anything,
      [reason({ d: 4, f: 3 })]: jsonWith({
        code: 'rejected',
        history: (value: unknown) => {
          const said = (value as { error?: { message?: string } }[]).map(({ error }) => error?.message ?? '');
          const words = ['first', 'second', 'third', 'fourth'];
          return (
            (said.length === 4 && words.every((word, index) => said[index]?.includes(word))) ||
            `not ${words.join(', ')}`
          );
        },
      }),
      'outbox/coder/{any}.json': anything,
    },
  },
];
