import { expect, test } from 'vitest';
import { peekEnvelope } from '../src/index.ts';
import { assignment } from './samples.ts';

const nothing = {
  message_id: null,
  message_type: null,
  workflow_id: null,
  task_id: null,
  agent_id: null,
  created_at: null,
  priority: null,
};

test('reads what is well-formed of a broken message, from a value, text and bytes', () => {
  const broken = {
    ...assignment(),
    message_id: 7,
    task_id: 'a\u0000',
    created_at: 'yesterday',
    inputs: 'none',
  };
  const text = JSON.stringify(broken);
  for (const input of [broken, text, `\uFEFF${text}`, new TextEncoder().encode(text)]) {
    expect(peekEnvelope(input)).toEqual({
      ...nothing,
      message_type: 'task_assignment',
      workflow_id: 'wf-1',
      agent_id: 'agent-a',
      priority: 'medium',
    });
  }
});

test.each([
  ['null', null],
  ['a number', 7],
  ['an array', [assignment()]],
  ['broken JSON', '{"message_id": "x"'],
  ['broken UTF-8', new Uint8Array([0xff])],
  ['too much', JSON.stringify(assignment({ metadata: { padding: 'x'.repeat(1_048_576) } }))],
  ['inherited fields', Object.create(assignment())],
  [
    'fields of other types',
    { message_id: ['x'], workflow_id: {}, priority: 'urgent', message_type: 'A', task_id: 'x'.repeat(513) },
  ],
  [
    'a getter that throws',
    {
      get message_id(): string {
        throw new Error('no');
      },
    },
  ],
  [
    'a proxy that throws',
    new Proxy(
      {},
      {
        getOwnPropertyDescriptor: () => {
          throw new Error('no');
        },
      },
    ),
  ],
])('of %s it reads nothing, and does not throw', (_name, input) => {
  expect(peekEnvelope(input)).toEqual(nothing);
});
