import { onLinuxOnly, registered, type Case } from '../case.ts';
import { anything, Difference, jsonWith, type Content } from '../expectation.ts';
import { dead, leased, ready, reason, type Header } from '../file-name.ts';
import { json, status, task } from '../message.ts';
import { waiting } from './claiming.ts';
import { nested } from './reading.ts';

const BEHIND = waiting({ id: 'behind', created_at: '2026-02-01T00:00:00.000Z' });
const BAD: Header = { nonce: '000000' };

/** What every reason must say. */
export function reasonWith(code: string, rest: Readonly<Record<string, unknown>> = {}): Content {
  return jsonWith({
    reason_version: '1.0',
    code,
    reason: (value: unknown) => (typeof value === 'string' && value.length > 0) || 'no sentence',
    details: (value: unknown) => value === undefined || Array.isArray(value) || 'no list',
    message: {},
    origin: {
      box: 'inbox',
      agent_id: 'coder',
      file: (value: unknown) =>
        (typeof value === 'string' && value.startsWith('locks/inbox/coder/')) || 'not the path of the lease',
    },
    quarantined_at: (value: unknown) =>
      (typeof value === 'string' &&
        value.endsWith('Z') &&
        Math.abs(Date.parse(value) - Date.now()) < 60_000) ||
      'not now, in UTC',
    quarantined_by: {},
    deliveries: 1,
    failures: 0,
    ...rest,
  });
}

/** A bad message, and a good one behind it: the bad one becomes a dead letter with this code, its bytes as they are. */
export function quarantined(
  name: string,
  code: string,
  title: string,
  content: string | Uint8Array,
  {
    rules = ['R37'],
    parts = {},
    says = {},
  }: { rules?: Case['rules']; parts?: Header; says?: Readonly<Record<string, unknown>> } = {},
): Case {
  const d = (parts.d ?? 0) + 1;
  const header: Header = { ...parts, d: Math.min(d, 999), nonce: '{nonce}' };
  return {
    name,
    rules: [...rules, 'R33', 'R48', 'R52'],
    role: 'consumer',
    title,
    before: { ...registered('coder'), [ready({ ...BAD, ...parts })]: content, ...BEHIND },
    run: async (bench) => {
      const consumer = bench.open();
      const { message } = await consumer.claim();
      if (message['message_id'] !== 'behind')
        throw new Difference(`claim: it handed out ${String(message['message_id'])}`);
      await consumer.claimNothing(150);
      // The answer to whoever waits is judged by cases of its own.
      const found = [...bench.survey().keys()];
      const letter = found.find((path) => path.startsWith('dlq/') && path.endsWith('.reason.json')) ?? '';
      if (!found.includes(letter.replace('.reason.json', '.json')))
        throw new Difference(`beside ${letter || 'no reason'} lies no dead letter of the same name`);
      bench.expect({
        [dead(header)]: content,
        [reason(header)]: reasonWith(code, { deliveries: Math.min(d, 999), failures: parts.f ?? 0, ...says }),
        [leased({ id: 'behind', created_at: '2026-02-01T00:00:00.000Z', d: 1 })]: anything,
        ...Object.fromEntries(
          found.filter((path) => path.startsWith('outbox/coder/')).map((path) => [path, anything]),
        ),
      });
    },
  };
}

const IDS = {
  message: { message_id: 'm-1', workflow_id: 'w-1', task_id: 't-1', message_type: 'task_assignment' },
};

function invalid(
  name: string,
  title: string,
  fields: Readonly<Record<string, unknown>>,
  rules: Case['rules'] = ['R13', 'R37'],
): Case {
  return quarantined(`invalid-${name}`, 'invalid_schema', title, json(task(fields)), { rules });
}

export const quarantineCases: readonly Case[] = [
  quarantined(
    'dead-too-large',
    'too_large',
    'More than 1 MiB is too large.',
    json(task()) + ' '.repeat(1_048_577 - json(task()).length),
    { rules: ['R11', 'R37'] },
  ),
  quarantined(
    'dead-not-utf8',
    'not_utf8',
    'Bytes that are no UTF-8.',
    Buffer.concat([Buffer.from(json(task()).slice(0, -3)), Buffer.from([0x20, 0xff, 0x7d])]),
    { rules: ['R11', 'R37'] },
  ),
  quarantined('dead-not-json', 'not_json', 'Half of a message.', json(task()).slice(0, 100)),
  quarantined('dead-empty', 'not_json', 'An empty file.', ''),
  quarantined(
    'dead-nan',
    'not_json',
    'NaN is not JSON.',
    json(task({ metadata: { a: 'X' } })).replace('"X"', 'NaN'),
    { rules: ['R11', 'R37'] },
  ),
  quarantined('dead-trailing', 'not_json', 'Something after the message.', `${json(task())}{}`),
  quarantined('dead-too-deep', 'too_deep', '65 levels are too deep.', nested(65), { rules: ['R11', 'R37'] }),
  quarantined('dead-no-object', 'invalid_schema', 'A list is no message.', '[]'),
  quarantined(
    'dead-unsupported-version',
    'unsupported_version',
    'Another major is not read.',
    json(task({ schema_version: '2.0' })),
    { rules: ['R37', 'R64'], says: IDS },
  ),
  quarantined(
    'dead-version-before-schema',
    'unsupported_version',
    'Of another major nothing else is judged.',
    json({ schema_version: '2.0' }),
  ),
  quarantined(
    'dead-unknown-type',
    'unknown_type',
    'A type that nobody knows.',
    json(task({ message_type: 'code_review' })),
    { parts: { type: 'code_review' } },
  ),
  quarantined(
    'dead-unknown-and-invalid',
    'invalid_schema',
    'A type that nobody knows in an invalid envelope.',
    json(task({ message_type: 'code_review', task_id: 5 })),
  ),
  quarantined(
    'dead-misrouted',
    'misrouted',
    'A task for somebody else.',
    json(task({ assigned_to: 'reviewer' })),
    { rules: ['R17', 'R38'], says: IDS },
  ),
  quarantined(
    'dead-misrouted-to-nobody',
    'misrouted',
    'A task for its writer, who is somebody else.',
    json(task({ assigned_to: null })),
    { rules: ['R17', 'R38'] },
  ),
  quarantined('dead-expired', 'expired', 'A message whose time has passed.', json(task()), {
    rules: ['R43'],
    parts: { e: 1_000 },
    says: {
      expires_at: (value: unknown) =>
        (typeof value === 'string' && Date.parse(value) === 1_000) || 'not the expiry of the name',
    },
  }),
  quarantined(
    'dead-delivered-too-often',
    'exhausted',
    'A sixth delivery that nobody finished.',
    json(task()),
    { rules: ['R43'], parts: { d: 5 } },
  ),
  quarantined(
    'dead-failed-too-often',
    'exhausted',
    'More failures than the task allows.',
    json(task({ retry_policy: { max_retries: 1 } })),
    { rules: ['R14', 'R43'], parts: { d: 3, f: 2 } },
  ),
  quarantined(
    'dead-delivered-too-often-all-the-same',
    'exhausted',
    'An eleventh delivery of a task that may be tried again nine times.',
    json(task({ retry_policy: { max_retries: 9 } })),
    { rules: ['R14', 'R43'], parts: { d: 10 } },
  ),
  quarantined(
    'dead-failed-901-times',
    'exhausted',
    'Of max_retries, no more than 900 count.',
    json(task({ retry_policy: { max_retries: 5_000 } })),
    { rules: ['R14', 'R43'], parts: { d: 950, f: 901, r: 100 } },
  ),
  quarantined(
    'dead-delivery-999',
    'exhausted',
    'The 999th delivery is the last, whoever handed it back.',
    json(task()),
    { rules: ['R34', 'R43'], parts: { d: 998, r: 998 } },
  ),
  invalid('no-version', 'A version is never invented.', { schema_version: undefined }, ['R12', 'R37']),
  invalid('version', 'A version has no leading noughts.', { schema_version: '01.0' }, ['R12', 'R37']),
  invalid('no-id', 'An id is never invented.', { workflow_id: undefined }, ['R12', 'R37']),
  invalid('empty-id', 'An empty id is none.', { task_id: '' }, ['R8', 'R37']),
  invalid('control-character', 'An id has no control characters.', { workflow_id: 'a\u0085b' }, [
    'R8',
    'R37',
  ]),
  invalid('surrogate', 'An id has no lone surrogates.', { workflow_id: '\uD800' }, ['R8', 'R73', 'R37']),
  invalid('long-id', 'An id has at most 512 characters.', { agent_id: 'a'.repeat(513) }, ['R8', 'R37']),
  invalid('date', 'A day that does not exist is no time.', { created_at: '2026-02-30T12:00:00Z' }, [
    'R12',
    'R37',
  ]),
  invalid('offset', 'Another time zone is none in UTC.', { created_at: '2026-01-09T12:00:00+01:00' }, [
    'R12',
    'R37',
  ]),
  invalid('priority', 'A priority that does not exist.', { priority: 'urgent' }),
  invalid('null', 'null stands only where it may.', { inputs: null }),
  invalid('text-for-a-number', 'Text is no number.', { timeout_seconds: '60' }, ['R13', 'R37', 'R73']),
  invalid('true-for-a-number', 'true is no number.', { timeout_seconds: true }, ['R13', 'R37', 'R73']),
  invalid('fraction', 'A fraction is no integer.', { retry_policy: { max_retries: 1.5 } }, [
    'R14',
    'R37',
    'R73',
  ]),
  invalid('list', 'A list of strings holds strings.', { inputs: { files: ['a', 1] } }),
  invalid('environment', 'An object of strings holds strings.', { inputs: { environment: { A: 1 } } }),
  quarantined(
    'invalid-number-out-of-range',
    'invalid_schema',
    'A number that no 64-bit float can hold.',
    json(task({ metadata: { a: 'X' } })).replace('"X"', '1e999'),
    { rules: ['R37', 'R73'] },
  ),
  quarantined(
    'invalid-status',
    'invalid_schema',
    'A status has no default.',
    json({ ...status(), status: undefined }),
    { rules: ['R13', 'R37'], parts: { type: 'status_update' } },
  ),
  quarantined(
    'invalid-progress',
    'invalid_schema',
    'Progress ends at 100.',
    json(status({ progress_percent: 101 })),
    { rules: ['R13', 'R37'], parts: { type: 'status_update' } },
  ),
  quarantined(
    'invalid-results',
    'invalid_schema',
    'Metrics are numbers.',
    json(status({ message_type: 'task_complete', status: 'failed', results: { metrics: { a: 'b' } } })),
    { rules: ['R13', 'R37'], parts: { type: 'task_complete' } },
  ),
  {
    name: 'dead-reason-first',
    rules: ['R48'],
    role: 'consumer',
    title: 'The reason is there before the dead letter.',
    before: { ...registered('coder'), [ready(BAD)]: 'x' },
    run: async (bench) => {
      const witness = bench.watch('dlq/inbox/coder');
      await bench.open().claimNothing();
      await witness.sawInOrder(reason({ d: 1 }), dead({ d: 1 }));
      await witness.sawNoChange('dlq/inbox/coder/{any}');
    },
    after: { [dead({ d: 1 })]: 'x', [reason({ d: 1 })]: anything },
    skip: onLinuxOnly,
  },
];
