import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Fields } from '../bench.ts';
import { registered, type Case } from '../case.ts';
import { Difference } from '../expectation.ts';

/** A producer that must refuse something, and leave nothing behind. */
function refusal(
  name: string,
  rules: Case['rules'],
  title: string,
  fields: Fields,
  prelude = '',
  before = registered('coder'),
): Case {
  return {
    name,
    rules: [...rules, 'R74'],
    role: 'producer',
    title,
    before,
    run: async (bench) => {
      const found = bench.survey();
      await bench.publishRefused(fields, prelude);
      bench.expect(Object.fromEntries([...found].filter(([path]) => !path.startsWith('layout.json'))));
      const above = readdirSync(bench.above);
      if (above.length !== 1) throw new Difference(`beside the root there is ${above.join(', ')}`);
      const inboxes = readdirSync(join(bench.root, 'inbox'));
      if (inboxes.length !== 1) throw new Difference(`it made an inbox: ${inboxes.join(', ')}`);
    },
  };
}

export const refusingCases: readonly Case[] = [
  refusal(
    'refuse-unknown-recipient',
    ['R18'],
    'Mail to an agent that nobody registered fails, and makes no inbox.',
    { assigned_to: 'codr' },
  ),
  refusal('refuse-recipient-outside', ['R8', 'R18'], 'A recipient that looks like a path leads nowhere.', {
    assigned_to: '../../outside',
  }),
  refusal('refuse-control-character', ['R8'], 'An id with a control character is refused.', {
    message_id: 'm\n1',
  }),
  refusal('refuse-empty-id', ['R8'], 'An empty id is refused.', { workflow_id: '' }),
  refusal('refuse-long-id', ['R8'], 'An id of 513 characters is refused.', { task_id: 'é'.repeat(513) }),
  refusal('refuse-unknown-value', ['R13'], 'A priority that does not exist is refused.', {
    priority: 'urgent',
  }),
  refusal('refuse-two-values', ['R13'], 'Two priorities in one are none.', { priority: 'low medium' }),
  refusal('refuse-time-given-twice', ['R12'], 'Of two times neither is sent.', {
    created_at: ['2026-01-09T12:00:00Z', '2026-01-09T13:00:00Z'],
  }),
  refusal('refuse-field-given-twice', ['R73'], 'A field that is given twice is not sent once.', {
    idempotency_key: ['a', 'b'],
  }),
  refusal(
    'refuse-bare-argument',
    ['R12'],
    'An argument that is no field with a value is not left out silently.',
    {},
    'set -- "$@" idempotency_key;',
  ),
  refusal(
    'refuse-file-in-a-status',
    ['R12', 'R13'],
    'A status has no files, and does not drop any silently.',
    {
      message_type: 'status_update',
      agent_id: 'coder',
      assigned_to: [],
      status: 'in_progress',
      file: 'a.ts',
    },
  ),
  ...(['task_id', 'assigned_to'] as const).map((field) => ({
    ...refusal(
      `refuse-${field.replace('_', '-')}-not-utf8`,
      ['R8'],
      `Bytes that are no UTF-8 are no ${field}.`,
      { [field]: [] },
      String.raw`set -- "$@" "${field}=$(printf 'a\377b')";`,
    ),
    skip: process.platform === 'win32' ? 'arguments are no bytes on Windows' : null,
  })),
  refusal('refuse-no-time', ['R12'], 'A created_at that is no RFC 3339 time in UTC is refused.', {
    created_at: '2026-02-30T12:00:00Z',
  }),
  refusal('refuse-offset', ['R12'], 'Written times end in Z.', { created_at: '2026-01-09T12:00:00+00:00' }),
  refusal(
    'refuse-time-and-more',
    ['R12'],
    'Nothing may stand after the time, not in a line of its own either.',
    {
      created_at: '2026-01-09T12:00:00Z\n',
    },
  ),
  refusal('refuse-time-with-fields', ['R12'], 'No time brings further fields with it.', {
    created_at: '2026-01-09T12:00:00Z\n", "priority": "high',
  }),
  refusal('refuse-newer-layout', ['R62'], 'A directory of a newer layout is refused.', {}, '', {
    ...registered('coder'),
    'layout.json': '{"layout": 2}\n',
  }),
  ...[
    { name: 'delay', title: 'A delay', field: 'delay_ms' },
    { name: 'ttl', title: 'A time to live', field: 'ttl_ms' },
  ].flatMap(({ name, title, field }) => [
    refusal(
      `refuse-${name}-beyond-names`,
      ['R23', 'R24'],
      `${title} that ends after the thirteen digits of a name is refused.`,
      { [field]: '9999999999999' },
    ),
    refusal(`refuse-${name}-before-1970`, ['R23', 'R24'], `${title} that ends before 1970 is refused.`, {
      [field]: '-9000000000000',
    }),
    refusal(`refuse-${name}-in-words`, ['R23'], `${title} in words is refused.`, { [field]: 'soon' }),
  ]),
  refusal('refuse-too-large', ['R11'], 'A message of more than 1 MiB is refused.', {
    file: Array.from({ length: 12 }, (_, index) => `${index}-${'x'.repeat(95_000)}`),
  }),
  {
    name: 'refuse-torn-write',
    rules: ['R19'],
    role: 'producer',
    title:
      'Where the file cannot be written whole (here by a limit on its size), nothing comes into the box.',
    before: registered('coder'),
    run: async (bench) => {
      const { code } = await bench.publishing({ file: ['x'.repeat(20_000)] }, "trap '' XFSZ; ulimit -f 8;");
      if (code === 0) throw new Difference('publish: it exited with 0, and the file could not be written');
    },
    after: {},
    skip: process.platform === 'win32' ? 'Windows has no ulimit' : null,
  },
  {
    name: 'refuse-link-as-inbox',
    rules: ['R6'],
    role: 'producer',
    title: 'A link in the place of an inbox is not gone through.',
    before: { ...registered(), 'inbox/coder': '-> ../../elsewhere' },
    run: async (bench) => {
      mkdirSync(join(bench.above, 'elsewhere'));
      await bench.publishRefused({});
      const found = readdirSync(join(bench.above, 'elsewhere'));
      if (found.length > 0) throw new Difference(`through the link it wrote ${found.join(', ')}`);
    },
    after: { 'inbox/coder': '-> ../../elsewhere' },
  },
];
