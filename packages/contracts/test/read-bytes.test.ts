import { describe, expect, test } from 'vitest';
import {
  MAX_MESSAGE_BYTES,
  MAX_MESSAGE_DEPTH,
  parseMessage,
  serializeMessage,
  tryParseMessage,
} from '../src/index.ts';
import type { Message } from '../src/index.ts';
import { assignment, refusal, refusalCode, thrownBy } from './samples.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const sample = JSON.stringify(assignment());

const padded = (bytes: number): Uint8Array => {
  const frame = utf8(JSON.stringify(assignment({ metadata: { padding: '' } }))).length;
  return utf8(JSON.stringify(assignment({ metadata: { padding: 'x'.repeat(bytes - frame) } })));
};

describe('size', () => {
  test('exactly at the bound is read, one byte more is not', () => {
    expect(padded(MAX_MESSAGE_BYTES).length).toBe(MAX_MESSAGE_BYTES);
    expect(tryParseMessage(padded(MAX_MESSAGE_BYTES)).ok).toBe(true);
    expect(refusal(padded(MAX_MESSAGE_BYTES + 1))).toMatchObject({
      code: 'ERR_MESSAGE_TOO_LARGE',
      reason: 'too_large',
    });
  });

  test('is counted in bytes, also of a string', () => {
    const text = JSON.stringify(assignment({ metadata: { text: '€'.repeat(100) } }));
    const { length } = utf8(text);
    expect(length).toBeGreaterThan(text.length);
    expect(tryParseMessage(text, { maxBytes: length }).ok).toBe(true);
    expect(refusal(text, { maxBytes: length - 1 }).code).toBe('ERR_MESSAGE_TOO_LARGE');
    expect(refusal(utf8(text), { maxBytes: length - 1 }).code).toBe('ERR_MESSAGE_TOO_LARGE');
  });

  test('comes before everything else', () => {
    expect(refusal(new Uint8Array(11).fill(0xff), { maxBytes: 10 }).code).toBe('ERR_MESSAGE_TOO_LARGE');
    expect(refusal('not JSON at all', { maxBytes: 10 }).code).toBe('ERR_MESSAGE_TOO_LARGE');
  });

  test.each([0, -1, 1.5, Number.NaN])(
    'a limit of %d is refused at once, by both ways of reading',
    (maxBytes) => {
      expect(thrownBy(() => tryParseMessage(sample, { maxBytes })).code).toBe('ERR_INVALID_DEFINITION');
      expect(thrownBy(() => parseMessage(sample, { maxBytes })).code).toBe('ERR_INVALID_DEFINITION');
    },
  );
});

describe('UTF-8', () => {
  test.each([
    ['a stray byte', [0xff]],
    ['half a character', [0xe2, 0x82]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
  ])('%s is refused', (_name, bytes) => {
    const input = new Uint8Array([...utf8('{"a":"'), ...bytes, ...utf8('"}')]);
    expect(refusal(input)).toMatchObject({ code: 'ERR_MESSAGE_NOT_UTF8', reason: 'not_utf8' });
  });

  test('one byte order mark is skipped, in bytes and in text', () => {
    expect(tryParseMessage(utf8(`\uFEFF${sample}`)).ok).toBe(true);
    expect(tryParseMessage(`\uFEFF${sample}`).ok).toBe(true);
    expect(refusalCode(`\uFEFF\uFEFF${sample}`)).toBe('ERR_MESSAGE_NOT_JSON');
  });

  test('only the bytes in view are read', () => {
    const bytes = utf8(`xx${sample}xx`);
    expect(tryParseMessage(bytes.subarray(2, bytes.length - 2)).ok).toBe(true);
    expect(tryParseMessage(Buffer.from(sample)).ok).toBe(true);
  });
});

describe('JSON', () => {
  test.each([
    '',
    ' \n',
    '\uFEFF',
    '{',
    sample.slice(0, -1),
    `${sample}${sample}`,
    '{"a":NaN}',
    "{'a':1}",
    '\u0000',
    '// {}',
  ])('%j is not JSON', (text) => {
    expect(refusal(text)).toMatchObject({ code: 'ERR_MESSAGE_NOT_JSON', reason: 'not_json' });
    expect(refusalCode(utf8(text))).toBe('ERR_MESSAGE_NOT_JSON');
  });

  test('what the engine says about it is shown without control characters', () => {
    const { message, faults } = refusal('{"a": \u001b[31mred');
    expect(message).not.toMatch(/[\u0000-\u001f]/);
    expect(faults[0]?.found).not.toMatch(/[\u0000-\u001f]/);
    expect(faults[0]?.found.length).toBeLessThanOrEqual(80);
  });

  test.each(['null', '1', '"text"', 'true', '[]', '[[]]'])('%s is JSON, but no object', (text) => {
    expect(refusal(text)).toMatchObject({
      code: 'ERR_INVALID_MESSAGE',
      faults: [{ pointer: '', expected: 'a JSON object' }],
    });
  });

  test('a number beyond the range of doubles is a fault, not Infinity', () => {
    expect(
      refusal(JSON.stringify(assignment({ metadata: { big: 0 } })).replace('"big":0', '"big":1e999')).faults,
    ).toEqual([{ pointer: '/metadata/big', expected: 'a finite number', found: 'Infinity' }]);
  });
});

/** A message with a list of numbers beyond the range of doubles, under a key in metadata. */
const infinities = (key: string, count: number): string =>
  JSON.stringify(assignment({ metadata: { [key]: 0 } })).replace(
    `${JSON.stringify(key)}:0`,
    `${JSON.stringify(key)}:[${Array.from({ length: count }, () => '1e999').join(',')}]`,
  );

describe('many faults below a long key', () => {
  test.each(['/', '~/'])(
    'are told in no time, though each of their pointers begins with it: %j',
    (part) => {
      const key = part.repeat(500_000 / part.length);
      const { user } = process.cpuUsage();
      for (const options of [{}, { maxFaults: 100_000 }]) {
        const error = tryParseMessage(infinities(key, 80_000), options);
        if (error.ok) throw new Error('It is valid.');
        const { faults, faultsOmitted } = error.error;
        expect(faults.length + faultsOmitted).toBe(80_000);
        expect(faults[0]?.pointer).toHaveLength(1_024);
      }
      // A fraction of a second each; with the key written out for each fault it takes half an hour.
      expect(process.cpuUsage().user - user).toBeLessThan(10_000_000);
    },
    60_000,
  );

  test('are told apart by what comes after it', () => {
    const keys = ['x'.repeat(9_000), `${'x'.repeat(8_999)}y`, `${'x'.repeat(8_999)}/`];
    const input = Object.fromEntries(keys.map((key) => [key, [Number.NaN, Number.NaN]]));
    expect(refusal(assignment({ metadata: input })).faults).toHaveLength(6);
  });
});

const nested = (depth: number): Record<string, unknown> => {
  let inner: unknown = 'leaf';
  // The message and its metadata are two levels.
  for (let level = 2; level < depth; level += 1) inner = [inner];
  return assignment({ metadata: { inner } });
};

describe('depth', () => {
  test('exactly at the bound is read and written, one level more is not', () => {
    const message = parseMessage(JSON.stringify(nested(MAX_MESSAGE_DEPTH)));
    expect(serializeMessage(message)).toContain('leaf');
    const error = refusal(JSON.stringify(nested(MAX_MESSAGE_DEPTH + 1)));
    expect(error).toMatchObject({
      code: 'ERR_MESSAGE_TOO_DEEP',
      reason: 'too_deep',
      envelope: { task_id: 't-1' },
    });
    expect(error.faults[0]?.pointer).toBe(`/metadata/inner${'/0'.repeat(MAX_MESSAGE_DEPTH - 2)}`);
    expect(refusal(nested(MAX_MESSAGE_DEPTH + 1)).code).toBe('ERR_MESSAGE_TOO_DEEP');
    const written = thrownBy(() => serializeMessage(nested(MAX_MESSAGE_DEPTH + 1) as unknown as Message));
    expect(written.code).toBe('ERR_MESSAGE_TOO_DEEP');
  });

  test('a million levels overflow no stack', () => {
    const depth = 1_000_000;
    const list = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const objects = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const options = { maxBytes: 16_000_000 };
    expect(refusal(`{"a":${list}}`, options).code).toBe('ERR_MESSAGE_TOO_DEEP');
    expect(refusal(objects, options).code).toBe('ERR_MESSAGE_TOO_DEEP');
    expect(refusal(JSON.parse(objects), options).code).toBe('ERR_MESSAGE_TOO_DEEP');
    expect(refusal('['.repeat(depth), options).code).toBe('ERR_MESSAGE_NOT_JSON');
  });

  test('can be limited otherwise, but not without bound', () => {
    expect(refusal(JSON.stringify(nested(5)), { maxDepth: 4 }).code).toBe('ERR_MESSAGE_TOO_DEEP');
    expect(tryParseMessage(JSON.stringify(nested(200)), { maxDepth: 200 }).ok).toBe(true);
    for (const maxDepth of [0, 1001, Infinity, 1.5]) {
      expect(thrownBy(() => tryParseMessage(sample, { maxDepth })).code).toBe('ERR_INVALID_DEFINITION');
    }
  });
});
