import { registered, type Case } from '../case.ts';
import { Difference, anything } from '../expectation.ts';
import { leased, ready } from '../file-name.ts';
import { json, status, task } from '../message.ts';
import { waiting } from './claiming.ts';

const M1 = json(task());

/** A file that is claimed under the name that its content asks for. */
function adopted(
  name: string,
  title: string,
  file: string,
  fields: Parameters<typeof task>[0],
  lease: Parameters<typeof leased>[0],
): Case {
  return {
    name,
    rules: ['R21', 'R22'],
    role: 'consumer',
    title,
    before: { ...registered('coder'), [`inbox/coder/${file}`]: json(task(fields)) },
    run: async (bench) => {
      await bench.open().claim();
    },
    after: { [leased({ d: 1, ...lease })]: json(task(fields)) },
  };
}

export const adoptingCases: readonly Case[] = [
  adopted('adopt-any-name', 'A file of any name is a message.', 'Hello World.json', {}, {}),
  adopted(
    'adopt-old-name',
    'The name of another convention is any name.',
    '20251214T103500_123Z_m-1_task_assignment.json',
    {},
    {},
  ),
  adopted(
    'adopt-cuts-to-milliseconds',
    'The stamp is created_at cut to milliseconds.',
    'a.json',
    { created_at: '2026-01-09T12:30:15.123999Z' },
    {},
  ),
  adopted(
    'adopt-an-offset',
    'A time written with +00:00 is one in UTC.',
    'a.json',
    { created_at: '2026-01-09T12:30:15.123+00:00' },
    {},
  ),
  adopted(
    'adopt-priority',
    'The priority of the content goes into the name.',
    'a.json',
    { priority: 'low' },
    { priority: 2 },
  ),
  adopted(
    'adopt-encoded-id',
    'The id goes into the name encoded.',
    'a.json',
    { message_id: 'A_b/c' },
    { id: 'A_b/c' },
  ),
  adopted(
    'adopt-long-id',
    'A long id goes into the name shortened.',
    'a.json',
    { message_id: 'x'.repeat(300) },
    { id: 'x'.repeat(300) },
  ),
  adopted(
    'adopt-no-such-moment',
    'A stamp that is no moment makes a name like any other.',
    '20260230T123015_123Z_m-1_task_assignment~p0~abcdef.json',
    {},
    {},
  ),
  adopted(
    'adopt-count-of-nought',
    'A count of nought is not of the form.',
    '20260109T123015_123Z_m-1_task_assignment~p0.d0~abcdef.json',
    {},
    {},
  ),
  adopted(
    'adopt-leased-name',
    'The form of a lease is none of a ready name.',
    '20260109T123015_123Z_m-1_task_assignment~p0.d1~abcdef~00000000.json',
    {},
    {},
  ),
  {
    name: 'adopt-without-an-id',
    rules: ['R22', 'R37'],
    role: 'consumer',
    title: 'A file that does not tell what it is gets a name all the same, and then becomes a dead letter.',
    before: { ...registered('coder'), 'inbox/coder/a.json': 'Hello' },
    run: (bench) => bench.open().claimNothing(),
    after: {
      'dlq/inbox/coder/{stamp}_{unidentified}_unknown~p1.d1~{nonce}.json': 'Hello',
      'dlq/inbox/coder/{stamp}_{unidentified}_unknown~p1.d1~{nonce}.reason.json': anything,
    },
  },
  {
    name: 'adopt-none-of-these',
    rules: ['R6', 'R21'],
    role: 'consumer',
    title: 'Dot files, temporary names, other endings, directories and links are left alone.',
    before: {
      ...registered('coder'),
      ...waiting({}),
      'inbox/coder/.m-2.json': json(task({ message_id: 'm-2' })),
      'inbox/coder/~m-3.json': json(task({ message_id: 'm-3' })),
      'inbox/coder/m-4.tmp.json': json(task({ message_id: 'm-4' })),
      'inbox/coder/m-5.txt': json(task({ message_id: 'm-5' })),
      'inbox/coder/m-6.json/inside.json': json(task({ message_id: 'm-6' })),
      'elsewhere.json': json(task({ message_id: 'm-7' })),
      'inbox/coder/m-7.json': '-> ../../elsewhere.json',
    },
    run: async (bench) => {
      const consumer = bench.open();
      const { message } = await consumer.claim();
      if (message['message_id'] !== 'm-1')
        throw new Difference(`it handed out ${String(message['message_id'])}`);
      await consumer.claimNothing();
    },
    after: {
      [leased({ d: 1 })]: M1,
      'inbox/coder/.m-2.json': anything,
      'inbox/coder/~m-3.json': anything,
      'inbox/coder/m-4.tmp.json': anything,
      'inbox/coder/m-5.txt': anything,
      'inbox/coder/m-6.json/inside.json': anything,
      'inbox/coder/m-7.json': '-> ../../elsewhere.json',
      'elsewhere.json': anything,
    },
  },
  {
    name: 'adopt-link-under-a-ready-name',
    rules: ['R6'],
    role: 'consumer',
    title: 'A link is left alone under a ready name too.',
    before: {
      ...registered('coder'),
      'elsewhere.json': M1,
      [ready({ nonce: '000000' })]: '-> ../../elsewhere.json',
    },
    run: (bench) => bench.open().claimNothing(),
    after: { 'elsewhere.json': M1, [ready({ nonce: '000000' })]: '-> ../../elsewhere.json' },
  },
  {
    name: 'adopt-through-no-link',
    rules: ['R6'],
    role: 'consumer',
    title: 'A link in the place of an inbox is not gone through.',
    before: {
      ...registered(),
      'elsewhere/a.json': M1,
      'outbox/coder/': '',
      'inbox/coder': '-> ../elsewhere',
    },
    run: async (bench) => {
      const answer = await bench.open().session.ask({ command: 'claim', wait_ms: 300 });
      if (answer.error === undefined) throw new Difference('claim: it did not report the link');
    },
    after: { 'elsewhere/a.json': M1, 'inbox/coder': '-> ../elsewhere' },
  },
  {
    name: 'adopt-a-status-for-an-inbox',
    rules: ['R17', 'R22'],
    role: 'consumer',
    title: 'Other messages than tasks may go to any inbox.',
    before: { ...registered('coder'), 'inbox/coder/a.json': json(status({ agent_id: 'somebody' })) },
    run: async (bench) => {
      const { message } = await bench.open().claim();
      if (message['status'] !== 'in_progress') throw new Difference('it handed out another message');
    },
    after: { [leased({ type: 'status_update', d: 1 })]: anything },
  },
];
