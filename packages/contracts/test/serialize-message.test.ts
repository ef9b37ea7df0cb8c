import { expect, test } from 'vitest';
import { parseMessage, serializeMessage, taskAssignment } from '../src/index.ts';
import type { Message } from '../src/index.ts';
import { assignment, ids, thrownBy, without } from './samples.ts';

const as = (value: unknown): Message => value as Message;

test('writes two-space indentation, the envelope first, and a final newline, whatever order came in', () => {
  const message = taskAssignment(ids);
  const reversed = as(Object.fromEntries(Object.entries(message).toReversed()));
  const text = serializeMessage(reversed);
  expect(text).toMatch(/^\{\n {2}"schema_version": "1.0",\n {2}"message_type": "task_assignment",\n/);
  expect(text).toMatch(/[^\n]\n$/);
  expect(Object.keys(JSON.parse(text) as object).slice(0, 9)).toEqual(Object.keys(message).slice(0, 9));
});

test('refuses unknown fields, unless it is told to pass them on', () => {
  const newer = parseMessage(
    assignment({ schema_version: '1.3', later: { a: 1 }, created_at: '2026-01-09T00:00:00+00:00' }),
  );
  expect(thrownBy(() => serializeMessage(newer)).faults.map((fault) => fault.pointer)).toEqual([
    '/schema_version',
    '/created_at',
    '/later',
  ]);
  expect(JSON.parse(serializeMessage(newer, { preserveUnknown: true }))).toEqual(newer);
});

test('completes nothing: a missing field is a fault, also one that has a default', () => {
  for (const options of [{}, { preserveUnknown: true }]) {
    const error = thrownBy(() => serializeMessage(as(without(assignment(), 'priority')), options));
    expect(error.faults.map((fault) => fault.pointer)).toEqual(['/priority']);
  }
});

test.each([null, [], 'text', undefined, 5])('%j is no message', (value) => {
  expect(thrownBy(() => serializeMessage(as(value))).code).toBe('ERR_INVALID_MESSAGE');
});

test('another major is not written', () => {
  expect(thrownBy(() => serializeMessage(as(assignment({ schema_version: '2.0' })))).faults[0]?.pointer).toBe(
    '/schema_version',
  );
});

test('the size limit is that of the text', () => {
  const message = taskAssignment(ids);
  const { length } = serializeMessage(message);
  expect(serializeMessage(message, { maxBytes: length })).toHaveLength(length);
  expect(thrownBy(() => serializeMessage(message, { maxBytes: length - 1 })).code).toBe(
    'ERR_MESSAGE_TOO_LARGE',
  );
});
