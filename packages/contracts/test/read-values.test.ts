import { describe, expect, test } from 'vitest';
import { MessageError, parseMessage, serializeMessage, tryParseMessage } from '../src/index.ts';
import { assignment, faultLines, refusal, refusalCode, update, without } from './samples.ts';

describe('reading keeps what it was given', () => {
  test('unknown fields are ignored and preserved, at every level', () => {
    const input = assignment({ later: { a: 1 }, inputs: { files: ['x'], later: [1] } });
    const message = parseMessage(input);
    expect(message).toMatchObject({ later: { a: 1 }, inputs: { files: ['x'], later: [1], config: {} } });
    expect(parseMessage(serializeMessage(message, { preserveUnknown: true }))).toEqual(message);
  });

  test('missing optional fields have their defaults, and the input is left as it was', () => {
    const { schema_version, message_type, message_id, workflow_id, task_id, agent_id, created_at } =
      assignment();
    const least = { schema_version, message_type, message_id, workflow_id, task_id, agent_id, created_at };
    const frozen = Object.freeze({ ...least, retry_policy: Object.freeze({ max_retries: 2 }) });
    expect(parseMessage(frozen)).toEqual(
      assignment({ ...least, retry_policy: { ...retryPolicy, max_retries: 2 } }),
    );
    expect(Object.keys(frozen)).toEqual([...Object.keys(least), 'retry_policy']);
  });

  test('the result shares nothing with the input', () => {
    const list = [1];
    const message = parseMessage(assignment({ metadata: { list } }));
    list.push(2);
    expect(message.metadata).toEqual({ list: [1] });
  });

  test('times with +00:00 and up to nine digits are read as they are', () => {
    for (const created_at of [
      '2026-01-09T00:00:00+00:00',
      '2026-01-09T00:00:00.123456789Z',
      '2024-02-29T23:59:59Z',
    ]) {
      expect(parseMessage(assignment({ created_at })).created_at).toBe(created_at);
    }
  });

  test.each([
    '../../x',
    'CON',
    'a:b',
    'A',
    '🚀',
    'x'.repeat(300),
    '🚀'.repeat(512),
    ' ',
    '.',
    '\u00a0',
    '\u202e',
  ])('the id %j is allowed', (id) => {
    const ids = { message_id: id, workflow_id: id, task_id: id, agent_id: id, assigned_to: id };
    expect(parseMessage(JSON.stringify(assignment(ids)))).toMatchObject(ids);
  });
});

const retryPolicy = { max_retries: 0, backoff_seconds: 60, backoff_multiplier: 2, max_backoff_seconds: null };

describe('reading makes nothing up', () => {
  test.each([
    'schema_version',
    'message_type',
    'message_id',
    'workflow_id',
    'task_id',
    'agent_id',
    'created_at',
  ])('a missing %s is a fault', (field) => {
    expect(refusal(without(assignment(), field)).faults).toEqual([
      { pointer: `/${field}`, expected: expect.any(String), found: 'nothing' },
    ]);
  });

  test.each([
    ['progress_percent', '45', 'an integer from 0 to 100 or null <- "45"'],
    ['progress_percent', 45.5, 'an integer from 0 to 100 or null <- 45.5'],
    ['progress_percent', 101, 'an integer from 0 to 100 or null <- 101'],
    ['progress_percent', true, 'an integer from 0 to 100 or null <- true'],
    ['current_step', 7, 'a string or null <- 7'],
    ['status', 'done', 'one of "queued", "in_progress", "blocked", "failed", "completed" <- "done"'],
    ['idempotency_key', {}, 'a string or null <- an object with 0 fields'],
    ['metadata', null, 'an object <- null'],
    ['metadata', [1], 'an object <- an array of 1 item'],
    ['schema_version', 1, 'a version string such as "1.0" <- 1'],
    ['schema_version', '1', 'a version string such as "1.0" <- "1"'],
    ['schema_version', '01.0', 'a version string such as "1.0" <- "01.0"'],
  ])('%s = %j is not converted', (field, value, line) => {
    expect(faultLines(refusal(update({ [field]: value })).faults)).toEqual([`/${field}: ${line}`]);
  });

  test.each([
    '',
    'x'.repeat(513),
    '🚀'.repeat(513),
    'a\nb',
    '\u0000',
    '\u007f',
    '\u0085',
    '\ud800',
    'a\udc00b',
    7,
    null,
  ])('the id %j is refused', (id) => {
    for (const field of ['message_id', 'workflow_id', 'task_id', 'agent_id']) {
      expect(refusal(assignment({ [field]: id })).faults.map((fault) => fault.pointer)).toEqual([
        `/${field}`,
      ]);
      expect(refusalCode(JSON.stringify(assignment({ [field]: id })))).toBe('ERR_INVALID_MESSAGE');
    }
  });

  test.each([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-09T24:00:00Z',
    '2026-01-09T23:59:60Z',
    '2026-01-09T00:00:00',
    '2026-01-09T00:00:00+01:00',
    '2026-01-09T00:00:00-00:00',
    '2026-01-09t00:00:00z',
    '2026-01-09 00:00:00Z',
    '2026-01-09T00:00:00.Z',
    '2026-01-09T00:00:00.1234567890Z',
    '2026-01-09T00:00:00Z[UTC]',
    '2026-01-09T00:00:00Z\n',
    '2026-01-09',
    1767916800,
  ])('the time %j is refused', (created_at) => {
    expect(refusal(assignment({ created_at })).faults.map((fault) => fault.pointer)).toEqual(['/created_at']);
  });

  test.each([
    ['a message type of another form', { message_type: 'Task' }],
    ['a message type that is no string', { message_type: 5 }],
  ])('%s is a fault, not an unknown type', (_name, fields) => {
    expect(refusal(assignment(fields))).toMatchObject({
      code: 'ERR_INVALID_MESSAGE',
      faults: [{ pointer: '/message_type' }],
    });
  });

  test('an unknown type is told from a broken envelope, which comes first', () => {
    expect(refusal(assignment({ message_type: 'code_review' }))).toMatchObject({
      code: 'ERR_UNKNOWN_MESSAGE_TYPE',
      reason: 'unknown_type',
      envelope: { message_type: 'code_review', task_id: 't-1' },
    });
    expect(refusalCode(assignment({ message_type: 'code_review', task_id: '' }))).toBe('ERR_INVALID_MESSAGE');
    expect(refusalCode(assignment({ message_type: 'constructor' }))).toBe('ERR_UNKNOWN_MESSAGE_TYPE');
  });
});

describe('values that JSON does not have', () => {
  test('each is a fault at its place', () => {
    const metadata = {
      list: [Number.NaN, Infinity, undefined],
      big: 1n,
      act: () => 0,
      mark: Symbol('s'),
      time: new Date(0),
      map: new Map(),
      [Symbol('key')]: 1,
    };
    expect(faultLines(refusal(assignment({ metadata })).faults)).toEqual([
      '/metadata/list/0: a finite number <- NaN',
      '/metadata/list/1: a finite number <- Infinity',
      '/metadata/list/2: a JSON value <- undefined',
      '/metadata/big: a JSON value <- a bigint',
      '/metadata/act: a JSON value <- a function',
      '/metadata/mark: a JSON value <- a symbol',
      '/metadata/time: a JSON value <- a Date',
      '/metadata/map: a JSON value <- an instance of a class',
      '/metadata/Symbol(key): no field named by a symbol <- a symbol',
    ]);
  });

  test('one in place of a field is one fault, not two', () => {
    expect(
      faultLines(refusal(assignment({ created_at: new Date(0), inputs: { files: [undefined] } })).faults),
    ).toEqual(['/created_at: a JSON value <- a Date', '/inputs/files/0: a JSON value <- undefined']);
  });

  test('holes in arrays are faults', () => {
    const files: string[] = [];
    files[1] = 'x';
    expect(faultLines(refusal(assignment({ inputs: { files } })).faults)).toEqual([
      '/inputs/files/0: a JSON value <- undefined',
    ]);
  });

  test('a circular reference is a fault; the same part twice is none', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = { circle };
    expect(faultLines(refusal(assignment({ metadata: circle })).faults)).toEqual([
      '/metadata/self/circle: a JSON value <- a circular reference',
    ]);
    const part = { a: 1 };
    expect(parseMessage(assignment({ metadata: { one: part, two: part } })).metadata).toEqual({
      one: part,
      two: part,
    });
  });

  test('objects without a prototype are plain', () => {
    const bare: object = Object.assign(Object.create(null), assignment());
    expect(tryParseMessage(bare).ok).toBe(true);
  });
});

describe('hostile values', () => {
  test('__proto__ stays a field and pollutes nothing', () => {
    const text = JSON.stringify(assignment()).replace(
      '"metadata":{}',
      '"metadata":{"__proto__":{"polluted":1}},"__proto__":{"polluted":1}',
    );
    const message = parseMessage(text);
    expect(Object.getPrototypeOf(message)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(message.metadata)).toBe(Object.prototype);
    expect('polluted' in message || 'polluted' in message.metadata || 'polluted' in {}).toBe(false);
    expect(JSON.stringify(message.metadata)).toBe('{"__proto__":{"polluted":1}}');
    expect(serializeMessage(message, { preserveUnknown: true })).toContain('"__proto__": {');
  });

  test('inherited fields count for nothing', () => {
    class Impostor {
      declare readonly message_id: string;
    }
    Object.assign(Impostor.prototype, assignment());
    expect(refusalCode(new Impostor())).toBe('ERR_INVALID_MESSAGE');
    expect(refusalCode(Object.create(assignment()))).toBe('ERR_INVALID_MESSAGE');
  });

  test.each([
    [
      'a getter that throws',
      {
        get schema_version(): string {
          throw new Error('no');
        },
      },
    ],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no');
          },
        },
      ),
    ],
    ['a revoked proxy', revokedProxy()],
    [
      'something thrown that is no error',
      {
        get a(): string {
          throw null as unknown as Error;
        },
      },
    ],
    [
      'bytes that lie about themselves',
      Object.defineProperty(new Float64Array(1), Symbol.toStringTag, { value: 'Uint8Array' }),
    ],
  ])('%s ends in a MessageError', (_name, input) => {
    const result = tryParseMessage(input);
    expect(result.ok ? null : result.error).toBeInstanceOf(MessageError);
  });

  test('what a getter returns is read once, so what is checked is what is returned', () => {
    let reads = 0;
    const input = assignment();
    Object.defineProperty(input, 'task_id', { enumerable: true, get: () => (reads++ === 0 ? 'good' : 666) });
    expect(parseMessage(input).task_id).toBe('good');
    expect(reads).toBe(1);
  });

  test('an object that unfolds to the size of the universe is cut off', () => {
    let bomb: unknown = 'x';
    for (let level = 0; level < 60; level += 1) bomb = [bomb, bomb];
    expect(refusalCode(assignment({ metadata: { bomb } }))).toBe('ERR_MESSAGE_TOO_LARGE');
    expect(
      refusalCode(assignment({ metadata: { hole: Object.assign([], { length: 4_000_000_000 }) } })),
    ).toBe('ERR_MESSAGE_TOO_LARGE');
  });
});

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
