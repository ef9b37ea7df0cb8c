import { describe, expect, test } from 'vitest';
import {
  clipDeadLetterReason,
  MAX_DEAD_LETTER_REASON_BYTES,
  MAX_ERROR_MESSAGE_CHARACTERS,
  MAX_ERROR_STACK_CHARACTERS,
  MAX_FAILURES,
  MessageError,
  parseDeadLetterReason,
  parseFailure,
  REASON_CODES,
  serializeDeadLetterReason,
} from '../src/index.ts';
import type { DeadLetterReason } from '../src/index.ts';
import { failure, reason } from './dead-letter-samples.ts';
import { assignment, faultLines, refusal, thrownBy } from './samples.ts';

describe('a dead-letter reason', () => {
  test('survives writing and reading', () => {
    const text = serializeDeadLetterReason(reason);
    expect(text).toMatch(/^\{\n {2}"reason_version": "1.0",\n/);
    expect(text.endsWith('}\n')).toBe(true);
    expect(parseDeadLetterReason(text)).toEqual(reason);
    expect(parseDeadLetterReason(new TextEncoder().encode(text))).toEqual(reason);
  });

  test('holds the faults and ids of any refusal', () => {
    const error = refusal(
      assignment({ message_id: 5, priority: '\u0000'.repeat(999), ['k'.repeat(9999)]: 1n }),
    );
    const { message_id, message_type, workflow_id, task_id } = error.envelope;
    const described: DeadLetterReason = {
      ...reason,
      code: error.reason,
      reason: error.message,
      details: [...error.faults],
      message: { message_id, message_type, workflow_id, task_id },
    };
    expect(parseDeadLetterReason(serializeDeadLetterReason(described))).toEqual(described);
  });

  test.each(REASON_CODES)('may have the code %s', (code) => {
    expect(parseDeadLetterReason({ ...reason, code }).code).toBe(code);
  });

  test('is read tolerantly: unknown fields are kept, defaults filled in', () => {
    const { details: _d, deliveries: _n, expires_at: _e, history: _h, ...least } = reason;
    expect(parseDeadLetterReason({ ...least, message: {}, quarantined_by: {}, later: 1 })).toEqual({
      ...reason,
      deliveries: 0,
      history: [],
      message: { message_id: null, message_type: null, workflow_id: null, task_id: null },
      quarantined_by: { agent_id: null, owner: null, pid: null, host: null },
      later: 1,
    });
  });

  test('is written strictly', () => {
    const wrong = { ...reason, later: 1, code: 'bored', history: [{ ...failure, kind: 'tired' }] } as never;
    expect(
      faultLines(thrownBy(() => serializeDeadLetterReason(wrong)).faults).map((line) => line.split(':')[0]),
    ).toEqual(['/code', '/history/0/kind', '/later']);
  });

  test('of another major is not read', () => {
    expect(thrownBy(() => parseDeadLetterReason({ ...reason, reason_version: '2.0' })).code).toBe(
      'ERR_UNSUPPORTED_VERSION',
    );
  });

  test.each(['', 'null', '[]', '{}', '{"reason_version":'])('%j is refused with a MessageError', (text) => {
    expect(thrownBy(() => parseDeadLetterReason(text)).code).toMatch(/^ERR_/);
  });
});

describe('clipping', () => {
  const huge = '\u0000🚀'.repeat(20_000);
  const endless = Array.from({ length: MAX_FAILURES + 50 }, (_, index) => ({
    ...failure,
    delivery: index + 1,
    error: { name: huge, message: huge, code: huge, stack: huge },
  }));

  test('makes the worst that handlers throw fit into a reason that can be written', () => {
    expect(() => serializeDeadLetterReason({ ...reason, history: endless })).toThrow(MessageError);
    const clipped = clipDeadLetterReason({ ...reason, reason: huge, history: endless });
    const [first] = clipped.history;
    expect(first?.error.message).toHaveLength(MAX_ERROR_MESSAGE_CHARACTERS);
    expect(first?.error.stack).toHaveLength(MAX_ERROR_STACK_CHARACTERS);
    const text = serializeDeadLetterReason(clipped);
    expect(text.length).toBeLessThan(MAX_DEAD_LETTER_REASON_BYTES);
    expect(parseDeadLetterReason(text)).toEqual(clipped);
  });

  test('keeps the first failure and the latest', () => {
    const deliveries = clipDeadLetterReason({ ...reason, history: endless }).history.map(
      ({ delivery }) => delivery,
    );
    expect(deliveries).toHaveLength(MAX_FAILURES);
    expect(deliveries.slice(0, 2)).toEqual([1, 52]);
    expect(deliveries.at(-1)).toBe(MAX_FAILURES + 50);
  });

  test('changes nothing that fits', () => {
    expect(clipDeadLetterReason(reason)).toEqual(reason);
  });
});

describe('a failure', () => {
  test('is read with its defaults, within bounds, and without what no reason may hold', () => {
    const { name, message } = failure.error;
    const written = {
      kind: 'lost',
      delivery: 2,
      at: '2026-01-09T00:00:00+00:00',
      error: { name, message, code: null },
      later: 1,
    };
    const read = parseFailure(JSON.stringify(written));
    expect(read).toEqual({
      ...failure,
      kind: 'lost',
      delivery: 2,
      at: '2026-01-09T00:00:00Z',
      agent_id: null,
      owner: null,
      pid: null,
      host: null,
    });
    expect(parseDeadLetterReason(serializeDeadLetterReason({ ...reason, history: [read] })).history).toEqual([
      read,
    ]);
  });

  test.each([
    [null],
    [{ ...failure, error: null }],
    [{ ...failure, kind: 'toString' }],
    [{ ...failure, at: ['x'] }],
  ])('is refused as %j', (value) => {
    expect(() => parseFailure(JSON.stringify(value))).toThrow(MessageError);
  });
});
