import { registered, type Case } from '../case.ts';
import { anything, faultOfFields, Difference } from '../expectation.ts';
import { leased } from '../file-name.ts';
import { json, task } from '../message.ts';

/** A file's content that is a valid message, with what its handler must see. */
export function read(
  name: string,
  rules: Case['rules'],
  title: string,
  content: string | Uint8Array,
  sees: Readonly<Record<string, unknown>> = {},
): Case {
  return {
    name,
    rules,
    role: 'consumer',
    title,
    before: { ...registered('coder'), 'inbox/coder/a.json': content },
    run: async (bench) => {
      const consumer = bench.open();
      const { message, lease } = await consumer.claim();
      const fault = faultOfFields(message, { message_id: 'm-1', ...sees });
      if (fault !== undefined) throw new Difference(`claim: of the message, ${fault}`);
      await consumer.do('ack', { lease });
    },
    after: { 'processed/inbox/coder/w-1/t-1/m-1.json': content },
  };
}

/** Nested so deeply: the message is the first level, `metadata` the second. */
export function nested(levels: number): string {
  return json(task({ metadata: 'NESTED' })).replace(
    '"NESTED"',
    `${'{"a":'.repeat(levels - 2)}{}${'}'.repeat(levels - 2)}`,
  );
}

export const readingCases: readonly Case[] = [
  read(
    'read-byte-order-mark',
    ['R5', 'R11'],
    'A byte order mark is accepted, and stays.',
    `\uFEFF${json(task())}`,
  ),
  read(
    'read-unknown-fields',
    ['R5', 'R12'],
    'Unknown fields are ignored, and stay.',
    json(task({ colour: 'red', inputs: { files: ['a'], more: [1] } })),
    { inputs: { files: ['a'] } },
  ),
  read('read-newer-minor', ['R12', 'R64'], 'Every 1.x is read.', json(task({ schema_version: '1.17' }))),
  read('read-defaults', ['R13', 'R14'], 'All that has a default may be missing.', json(task())),
  read(
    'read-microseconds',
    ['R12'],
    'A fraction may have nine digits.',
    json(task({ created_at: '2026-01-09T12:30:15.123456789Z' })),
  ),
  read('read-depth-of-64', ['R11'], '64 levels are allowed.', nested(64)),
  read(
    'read-size-of-1-mib',
    ['R11'],
    '1,048,576 bytes are allowed.',
    json(task()) + ' '.repeat(1_048_576 - json(task()).length),
  ),
  read(
    'read-last-of-equal-keys',
    ['R73'],
    'Of a key that is there twice, the last counts.',
    json(task()).replace('{', '{ "message_id": "first",'),
  ),
  read(
    'read-whole-floats',
    ['R73'],
    'An integer may be written with a fraction of nought.',
    json(task()).replace('}\n', ', "timeout_seconds": 60.0 }\n'),
  ),
  read(
    'read-longest-id',
    ['R8', 'R12'],
    'An id may have 512 characters, of whatever plane.',
    json(task({ agent_id: '😀'.repeat(512) })),
  ),
  {
    name: 'read-blanks-around',
    rules: ['R11'],
    role: 'consumer',
    title: 'Blanks around the object are JSON.',
    before: { ...registered('coder'), 'inbox/coder/a.json': `\r\n\t ${json(task())} \n` },
    run: async (bench) => {
      await bench.open().claim();
    },
    after: { [leased({ d: 1 })]: anything },
  },
];
