import type { Bench } from '../bench.ts';
import { registered, type Case } from '../case.ts';
import { anything, Difference, jsonWith } from '../expectation.ts';
import { dead, ledger, ready, reason, type Header } from '../file-name.ts';
import { json, task } from '../message.ts';
import { timeIn } from '../place-pattern.ts';
import { waiting } from './claiming.ts';

const M1 = json(task());
const LATER = 4_000_000_000_000;
const PATIENT = { retry_policy: { max_retries: 3, backoff_seconds: 10 } };

/** The `.a` of the one file of this form must lie between two delays from `since`. */
function expectDelay(bench: Bench, parts: Header, since_ms: number, least_ms: number, most_ms: number): void {
  const pattern = ready({ ...parts, a: '{time}' });
  const at_ms = [...bench.survey().keys()].map((path) => timeIn(path, pattern)).find((time) => time !== null);
  if (at_ms === undefined || at_ms === null) throw new Difference(`missing: ${pattern}`);
  // Names hold whole milliseconds.
  if (at_ms < since_ms + least_ms - 1 || at_ms > Date.now() + most_ms + 1)
    throw new Difference(
      `.a is ${at_ms - since_ms} ms after the command; from ${least_ms} to ${most_ms} are allowed`,
    );
}

/** A claim and a command, by which the message goes on. */
function settle(
  name: string,
  rules: Case['rules'],
  title: string,
  before: Header,
  fields: Readonly<Record<string, unknown>>,
  command: Readonly<Record<string, unknown>> & { readonly command: string },
  after: (content: string) => Case['after'],
): Case {
  const content = json(task(fields));
  const expected = after(content);
  return {
    name,
    rules,
    role: 'consumer',
    title,
    before: { ...registered('coder'), ...waiting(before, fields) },
    run: async (bench) => {
      const consumer = bench.open();
      const { lease } = await consumer.claim();
      const { command: verb, ...rest } = command;
      await consumer.do(verb, { lease, ...rest });
    },
    ...(expected === undefined ? {} : { after: expected }),
  };
}

export const settlingCases: readonly Case[] = [
  settle(
    'ack',
    ['R2', 'R5', 'R44'],
    'An acknowledged message lies in the ledger, its bytes as they were.',
    {},
    {},
    { command: 'ack' },
    (content) => ({ [ledger()]: content }),
  ),
  settle(
    'ack-a-forced-run',
    ['R23', 'R41', 'R44'],
    'A forced run has a ledger entry of its own.',
    { x: 2 },
    {},
    { command: 'ack' },
    (content) => ({ [ledger('m-1', '~x2')]: content }),
  ),
  {
    name: 'release',
    rules: ['R24', 'R46'],
    role: 'consumer',
    title: 'A message that is put off counts a release and no failure, and is not before its time.',
    before: { ...registered('coder'), ...waiting({ d: 2, f: 1, r: 1, e: LATER }, PATIENT) },
    run: async (bench) => {
      const consumer = bench.open();
      const { lease } = await consumer.claim();
      const since_ms = Date.now();
      await consumer.do('release', { lease, delay_ms: 60_000 });
      expectDelay(bench, { d: 3, f: 1, r: 2, e: LATER }, since_ms, 60_000, 60_000);
    },
    after: { [ready({ d: 3, f: 1, r: 2, a: '{time}', e: LATER })]: json(task(PATIENT)) },
  },
  {
    name: 'retry',
    rules: ['R14', 'R46', 'R47', 'R55'],
    role: 'consumer',
    title: 'A failure counts, waits a random time within the task’s backoff, and is remembered.',
    before: { ...registered('coder'), ...waiting({}, PATIENT) },
    run: async (bench) => {
      const consumer = bench.open();
      const { lease } = await consumer.claim();
      const since_ms = Date.now();
      await consumer.do('retry', { lease, error: 'no such file' });
      expectDelay(bench, { d: 1, f: 1 }, since_ms, 0, 10_000);
    },
    after: {
      [ready({ d: 1, f: 1, a: '{time}' })]: json(task(PATIENT)),
      'journal/inbox/coder/m-1/failure~d1~{nonce}.json': jsonWith({
        kind: 'failed',
        delivery: 1,
        error: {
          message: (value: unknown) =>
            (typeof value === 'string' && value.includes('no such file')) || 'not the error',
        },
      }),
    },
  },
  {
    name: 'retry-after-a-delay',
    rules: ['R46'],
    role: 'consumer',
    title: 'A handler that names a delay gets that delay.',
    before: { ...registered('coder'), ...waiting({}, PATIENT) },
    run: async (bench) => {
      const consumer = bench.open();
      const { lease } = await consumer.claim();
      const since_ms = Date.now();
      await consumer.do('retry', { lease, error: 'busy', delay_ms: 3_600_000 });
      expectDelay(bench, { d: 1, f: 1 }, since_ms, 3_600_000, 3_600_000);
    },
    after: {
      [ready({ d: 1, f: 1, a: '{time}' })]: anything,
      'journal/inbox/coder/m-1/failure~d1~{nonce}.json': anything,
    },
  },
  {
    name: 'retry-within-the-limit',
    rules: ['R47'],
    role: 'consumer',
    title: 'The delay grows with each failure, up to max_backoff_seconds.',
    before: {
      ...registered('coder'),
      ...waiting(
        { d: 30, f: 29, r: 1 },
        {
          retry_policy: {
            max_retries: 40,
            backoff_seconds: 100,
            backoff_multiplier: 3,
            max_backoff_seconds: 2,
          },
        },
      ),
    },
    run: async (bench) => {
      const consumer = bench.open();
      const { lease } = await consumer.claim();
      const since_ms = Date.now();
      await consumer.do('retry', { lease, error: 'busy' });
      expectDelay(bench, { d: 31, f: 30, r: 1 }, since_ms, 0, 2_000);
    },
  },
  {
    name: 'retry-no-more',
    rules: ['R14', 'R47', 'R48', 'R52', 'R55'],
    role: 'consumer',
    title: 'A task that says nothing is not tried again; the reason tells the failure.',
    before: { ...registered('coder'), ...waiting({}) },
    run: async (bench) => {
      const consumer = bench.open();
      const { lease } = await consumer.claim();
      await consumer.do('retry', { lease, error: 'no such file' });
    },
    after: {
      [dead({ d: 1 })]: M1,
      [reason({ d: 1 })]: jsonWith({
        code: 'exhausted',
        deliveries: 1,
        failures: 1,
        history: (value: unknown) =>
          (Array.isArray(value) && value.length === 1 && JSON.stringify(value).includes('no such file')) ||
          'not the one failure',
      }),
      'outbox/coder/{any}.json': anything,
    },
  },
  {
    name: 'reject',
    rules: ['R48', 'R52', 'R55'],
    role: 'consumer',
    title: 'A rejected message becomes a dead letter that says why.',
    before: { ...registered('coder'), ...waiting({ d: 1, r: 1 }) },
    run: async (bench) => {
      const consumer = bench.open();
      const { lease } = await consumer.claim();
      await consumer.do('reject', { lease, reason: 'we do not do that' });
    },
    after: {
      [dead({ d: 2, r: 1 })]: M1,
      [reason({ d: 2, r: 1 })]: jsonWith({
        code: 'rejected',
        reason: (value: unknown) =>
          (typeof value === 'string' && value.includes('we do not do that')) || 'not the reason',
        origin: {
          file: (value: unknown) =>
            (typeof value === 'string' &&
              /^locks\/inbox\/coder\/.*~p1\.d2\.r1~[0-9a-v]{6}~[0-9a-v]{8}\.json$/.test(value)) ||
            'not the lease',
        },
        message: { message_id: 'm-1', message_type: 'task_assignment', workflow_id: 'w-1', task_id: 't-1' },
        deliveries: 2,
        failures: 1,
        history: (value: unknown) =>
          (Array.isArray(value) && (value[0] as { kind?: string } | undefined)?.kind === 'rejected') ||
          'no failure `rejected`',
      }),
      'outbox/coder/{any}.json': anything,
    },
  },
];
