import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { Check } from 'typebox/schema';
import { expect, test } from 'vitest';
import {
  MessageError,
  newMessageId,
  parseMessage,
  peekEnvelope,
  serializeMessage,
  tryParseMessage,
} from '../src/index.ts';
import { arbitraryMessage } from './arbitrary-messages.ts';
import { strictReaderAccepts } from './strict-reader.ts';

test('what builders make survives writing and reading, from text and from bytes', () => {
  fc.assert(
    fc.property(arbitraryMessage, (message) => {
      const text = serializeMessage(message);
      expect(parseMessage(text)).toEqual(message);
      expect(parseMessage(new TextEncoder().encode(text))).toEqual(message);
      expect(parseMessage(message)).toEqual(message);
      expect(serializeMessage(parseMessage(text))).toBe(text);
    }),
  );
});

test('what builders make is accepted by a reader that forbids unknown fields', () => {
  fc.assert(fc.property(arbitraryMessage, (message) => strictReaderAccepts(serializeMessage(message))));
});

test('reading arbitrary values, text and bytes ends in a message or in a MessageError', () => {
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  fc.assert(
    fc.property(fc.oneof(anything, fc.json(), fc.string({ unit: 'binary' }), fc.uint8Array()), (input) => {
      const result = tryParseMessage(input);
      expect(result.ok || result.error instanceof MessageError).toBe(true);
      peekEnvelope(input);
    }),
  );
});

/** Replaces, adds or removes something somewhere in a message. */
const tampered = fc
  .tuple(arbitraryMessage, fc.nat(), fc.option(fc.jsonValue({ maxDepth: 2 })), fc.boolean())
  .map(([message, place, value, remove]) => {
    const copy = JSON.parse(serializeMessage(message)) as Record<string, unknown>;
    const places: [Record<string, unknown>, string][] = [];
    for (const [key, field] of Object.entries(copy)) {
      places.push([copy, key]);
      if (typeof field === 'object' && field !== null && !Array.isArray(field)) {
        for (const inner of Object.keys(field)) places.push([field as Record<string, unknown>, inner]);
      }
    }
    const [target, key] = places[place % places.length]!;
    if (key === '__proto__' || key === 'message_type' || key === 'schema_version') return copy;
    if (remove) delete target[key];
    else target[key] = value;
    return copy;
  });

const file = (type: unknown): object =>
  JSON.parse(readFileSync(new URL(`../schemas/1.0/${String(type)}.json`, import.meta.url), 'utf8')) as object;

test('the JSON Schema files accept what reading accepts, and refuse what it refuses', () => {
  const outcomes = new Set<boolean>();
  fc.assert(
    fc.property(tampered, (message) => {
      const accepted = tryParseMessage(message).ok;
      outcomes.add(accepted);
      expect(Check(file(message['message_type']), message)).toBe(accepted);
    }),
    { numRuns: 500 },
  );
  expect(outcomes.size).toBe(2);
});

test('every refusal names a place that exists or whose parent exists', () => {
  fc.assert(
    fc.property(tampered, (message) => {
      const result = tryParseMessage(message);
      if (result.ok) return;
      expect(result.error.faults.length).toBeGreaterThan(0);
      const pointers = result.error.faults.map((fault) => fault.pointer);
      expect(new Set(pointers).size).toBe(pointers.length);
      for (const { pointer, expected, found } of result.error.faults) {
        expect(pointer).toMatch(/^\//);
        expect(expected).not.toBe('');
        expect(found.length).toBeLessThanOrEqual(80);
        const keys = pointer
          .slice(1)
          .split('/')
          .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
        const parent = keys
          .slice(0, -1)
          .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], message);
        expect(parent).toBeTypeOf('object');
      }
    }),
  );
});

test('message ids of one process ascend, whatever the clock does', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4_000_000_000_000 }), { minLength: 2 }), (times_ms) => {
      const made = times_ms.map((time_ms) => newMessageId(time_ms));
      expect(made).toEqual([...made].sort());
      expect(new Set(made).size).toBe(made.length);
    }),
  );
});
