import { setTimeout } from 'node:timers/promises';
import { registered, type Case } from '../case.ts';
import { Difference, anything, jsonWith } from '../expectation.ts';
import { leased, ready } from '../file-name.ts';
import { json, task } from '../message.ts';
import { factsOf } from '../owner-record.ts';
import { segmentOf } from '../segment.ts';

const M1 = json(task());
const LATER = 4_000_000_000_000;

/** A ready message of this header and these fields. */
export function waiting(parts: Parameters<typeof ready>[0], fields = {}): Record<string, string> {
  const { id = 'm-1' } = parts;
  return { [ready({ nonce: '000000', ...parts })]: json(task({ message_id: id, ...fields })) };
}

export const claimingCases: readonly Case[] = [
  {
    name: 'claim',
    rules: ['R2', 'R26', 'R34'],
    role: 'consumer',
    title: 'A claim renames the message to a lease of this owner, as its first delivery.',
    before: { ...registered('coder'), ...waiting({}) },
    run: async (bench) => {
      const held = await bench.open().claim();
      if (held.delivery !== 1) throw new Difference(`claim: delivery is ${held.delivery} instead of 1`);
      if (held.message['message_id'] !== 'm-1') throw new Difference('claim: it handed out another message');
      if (!bench.survey().has(held.lease)) throw new Difference(`claim: there is no lease ${held.lease}`);
    },
    after: { [leased({ d: 1 })]: M1 },
  },
  {
    name: 'claim-under-an-owner',
    rules: ['R26', 'R27'],
    role: 'consumer',
    title: 'The owner of a lease has a record that tells the facts of its process, and invents none.',
    before: { ...registered('coder'), ...waiting({}) },
    run: async (bench) => {
      const consumer = bench.open('coder', 20_000);
      const { lease } = await consumer.claim();
      const owner = lease.slice(-13, -5);
      const content = bench.survey().get(`locks/owners/${owner}.json`);
      if (content === undefined) throw new Difference(`there is no locks/owners/${owner}.json`);
      const record = JSON.parse(content.toString()) as { pid: unknown };
      const pid = typeof record.pid === 'number' ? record.pid : consumer.session.pid;
      const facts = factsOf(pid);
      const mayBeNull = (key: string) => (value: unknown) =>
        value === null || value === facts[key] || `the system tells ${String(facts[key])}`;
      const judge = jsonWith({
        owner,
        pid: (value: unknown) => value === consumer.session.pid || `its pid is ${consumer.session.pid}`,
        host: facts['host'],
        boot_id: mayBeNull('boot_id'),
        pid_namespace: mayBeNull('pid_namespace'),
        process_started: mayBeNull('process_started'),
        started_at: (value: unknown) =>
          (typeof value === 'string' && !Number.isNaN(Date.parse(value))) || 'no time',
        lease_ms: 20_000,
        detached: false,
      }) as (content: Buffer, path: string) => string | undefined;
      const fault = judge(content, '');
      if (fault !== undefined) throw new Difference(`locks/owners/${owner}.json: ${fault}`);
    },
    after: { [leased({ d: 1 })]: M1 },
  },
  {
    name: 'claim-keeps-the-rest',
    rules: ['R23', 'R24', 'R34'],
    role: 'consumer',
    title:
      'A lease’s name keeps priority, failures, releases, run and expiry; only the delivery counts and the delay goes.',
    before: {
      ...registered('coder'),
      ...waiting(
        { priority: 0, d: 2, f: 1, r: 1, x: 2, a: 1_000, e: LATER },
        { priority: 'high', retry_policy: { max_retries: 3 } },
      ),
    },
    run: async (bench) => {
      const { delivery } = await bench.open().claim();
      if (delivery !== 3) throw new Difference(`claim: delivery is ${delivery} instead of 3`);
    },
    after: { [leased({ priority: 0, d: 3, f: 1, r: 1, x: 2, e: LATER })]: anything },
  },
  {
    name: 'claim-order',
    rules: ['R33'],
    role: 'consumer',
    title: 'Urgent ones first, then the oldest.',
    before: {
      ...registered('coder'),
      ...waiting({ id: 'low-old', priority: 2, created_at: '2026-01-01T00:00:00.000Z' }, { priority: 'low' }),
      ...waiting({ id: 'mid-new', created_at: '2026-01-05T00:00:00.000Z' }),
      ...waiting({ id: 'mid-old', created_at: '2026-01-04T00:00:00.000Z' }),
      ...waiting(
        { id: 'high-new', priority: 0, created_at: '2026-01-09T00:00:00.000Z' },
        { priority: 'high' },
      ),
    },
    run: async (bench) => {
      const consumer = bench.open();
      for (const expected of ['high-new', 'mid-old', 'mid-new', 'low-old']) {
        const { message } = await consumer.claim();
        if (message['message_id'] !== expected)
          throw new Difference(`claim: it handed out ${String(message['message_id'])} before ${expected}`);
      }
    },
  },
  {
    name: 'claim-not-before',
    rules: ['R33'],
    role: 'consumer',
    title: 'A message that is not due stays where it is.',
    before: { ...registered('coder'), ...waiting({ a: LATER }) },
    run: (bench) => bench.open().claimNothing(),
    after: { [ready({ a: LATER, nonce: '000000' })]: M1 },
  },
  {
    name: 'claim-when-due',
    rules: ['R33'],
    role: 'consumer',
    title: 'A message that falls due while a consumer waits is claimed.',
    before: registered('coder'),
    run: async (bench) => {
      const due = Date.now() + 600;
      bench.plant(waiting({ a: due }));
      await bench.open().claim();
      if (Date.now() < due) throw new Difference('it was claimed too early');
    },
    after: { [leased({ d: 1 })]: M1 },
  },
  {
    name: 'claim-by-the-name',
    rules: ['R25'],
    role: 'consumer',
    title: 'Priority and times of a well-formed name count, whatever the content says.',
    before: { ...registered('coder'), ...waiting({ priority: 0, e: LATER }, { priority: 'low' }) },
    run: async (bench) => {
      await bench.open().claim();
    },
    after: { [leased({ priority: 0, d: 1, e: LATER })]: anything },
  },
  {
    name: 'claim-misnamed-id',
    rules: ['R25', 'R39'],
    role: 'consumer',
    title: 'A name with another id than the content’s is put right, and its delivery does not count.',
    before: { ...registered('coder'), [ready({ id: 'other', nonce: '000000' })]: M1 },
    run: async (bench) => {
      await bench.open().claim();
    },
    after: { [leased({ d: 1 })]: M1 },
  },
  {
    name: 'claim-misnamed-type',
    rules: ['R25', 'R39'],
    role: 'consumer',
    title: 'A name with another type than the content’s is put right.',
    before: { ...registered('coder'), [ready({ type: 'status_update', d: 2, r: 2, nonce: '000000' })]: M1 },
    run: async (bench) => {
      await bench.open().claim();
    },
    after: { [leased({ d: 3, r: 2 })]: M1 },
  },
  {
    name: 'claim-in-a-bare-directory',
    rules: ['R3', 'R62', 'R67', 'R72'],
    role: 'consumer',
    title: 'An inbox is all that has to be there.',
    before: waiting({}),
    run: async (bench) => {
      const consumer = bench.open();
      const { lease } = await consumer.claim();
      await consumer.do('ack', { lease });
    },
    after: { 'processed/inbox/coder/w-1/t-1/m-1.json': M1 },
  },
  {
    name: 'claim-newer-layout',
    rules: ['R62'],
    role: 'consumer',
    title: 'A directory of a newer layout is refused and left as it is.',
    before: { ...registered('coder'), ...waiting({}), 'layout.json': '{"layout": 2}\n' },
    run: async (bench) => {
      const answer = await bench.open().session.ask({ command: 'claim', wait_ms: 300 });
      if (answer.error === undefined) throw new Difference('claim: it worked on a directory of layout 2');
    },
    after: { [ready({ nonce: '000000' })]: M1, 'layout.json': '{"layout": 2}\n' },
  },
  {
    name: 'claim-unreadable-layout',
    rules: ['R62'],
    role: 'consumer',
    title: 'A directory whose layout.json says no layout is refused and left as it is.',
    before: { ...registered('coder'), ...waiting({}), 'layout.json': '{"version": 1}\n' },
    run: async (bench) => {
      const answer = await bench.open().session.ask({ command: 'claim', wait_ms: 300 });
      if (answer.error === undefined)
        throw new Difference('claim: it worked on a directory that does not tell its layout');
    },
    after: { [ready({ nonce: '000000' })]: M1, 'layout.json': '{"version": 1}\n' },
  },
  {
    name: 'claim-for-an-encoded-agent',
    rules: ['R8'],
    role: 'consumer',
    title: 'A consumer whose name has to be encoded finds its inbox.',
    before: {
      ...registered('%43oder'),
      [ready({ id: 'm_1', nonce: '000000' }, 'inbox/%43oder')]: json(
        task({ message_id: 'm_1', assigned_to: 'Coder' }),
      ),
    },
    run: async (bench) => {
      const consumer = bench.open('Coder');
      const { lease } = await consumer.claim();
      await consumer.do('ack', { lease });
    },
    after: { [`processed/inbox/%43oder/w-1/t-1/${segmentOf('m_1', 'message')}.json`]: anything },
  },
  {
    name: 'paused-all',
    rules: ['R32'],
    role: 'consumer',
    title: 'Where everybody is paused, nobody claims, whatever the switch says.',
    before: { ...registered('coder'), ...waiting({}), 'locks/paused/all.json': '' },
    run: (bench) => bench.open().claimNothing(),
    after: { [ready({ nonce: '000000' })]: M1, 'locks/paused/all.json': '' },
  },
  {
    name: 'paused-agent',
    rules: ['R8', 'R32'],
    role: 'consumer',
    title: 'A pause of one agent, by its encoded name, holds for that one.',
    before: {
      ...registered('%43oder', 'coder'),
      ...waiting({}),
      [ready({ nonce: '000000' }, 'inbox/%43oder')]: json(task({ assigned_to: 'Coder' })),
      'locks/paused/agent~%43oder.json': '{}',
    },
    run: async (bench) => {
      await bench.open('Coder').claimNothing();
      await bench.open('coder').claim();
    },
    after: {
      [ready({ nonce: '000000' }, 'inbox/%43oder')]: anything,
      [leased({ d: 1 })]: M1,
      'locks/paused/agent~%43oder.json': '{}',
    },
  },
  {
    name: 'paused-while-open',
    rules: ['R32'],
    role: 'consumer',
    title: 'A pause holds for those who are at work, and its end too.',
    before: {
      ...registered('coder'),
      ...waiting({ id: 'm-2', created_at: '2026-01-09T13:00:00.000Z' }),
      ...waiting({}),
    },
    run: async (bench) => {
      const consumer = bench.open();
      await consumer.claim();
      bench.plant({ 'tmp/p.tmp': '{}', 'locks/paused/': '' });
      bench.rename('tmp/p.tmp', 'locks/paused/all.json');
      await consumer.claimNothing(100).catch(() => undefined); // It may not have noticed yet, and claim m-2 at once:
      await setTimeout(200); // Within 100 ms it must have.
      bench.plant(waiting({ id: 'm-3' }));
      await consumer.claimNothing();
      bench.rename('locks/paused/all.json', 'tmp/p.tmp');
      const { message } = await consumer.claim();
      if (message['message_id'] !== 'm-3' && message['message_id'] !== 'm-2')
        throw new Difference('it handed out another message');
    },
  },
];
