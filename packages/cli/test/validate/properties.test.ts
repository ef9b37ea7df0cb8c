import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Lines } from '../../src/validate/place.ts';
import { syntaxFaults, treeOf } from '../../src/validate/syntax.ts';
import { spanOf } from '../../src/validate/pointer-span.ts';
import { validateMessage } from '../../src/validate/validate-message.ts';

/** JSON with something put in, left out or replaced. */
const brokenJson = fc
  .tuple(
    fc.json({ stringUnit: 'binary' }),
    fc.nat(),
    fc.nat({ max: 3 }),
    fc.oneof(
      fc.constantFrom(
        '',
        ',',
        '}',
        ']',
        '"',
        ':',
        '\\',
        '\n',
        '\t',
        '01',
        'NaN',
        "'",
        '//',
        '\u00a0',
        '\u2028',
        '-',
        '.',
        '\\u12',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
  )
  .map(([text, at, cut, put]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + put + text.slice(place + cut);
  });

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('the parser that knows places and the one that decides have one notion of JSON', () => {
  const outcomes = { true: 0, false: 0 };
  fc.assert(
    fc.property(brokenJson, (text) => {
      const valid = isJson(text);
      outcomes[`${valid}`] += 1;
      const { faults } = syntaxFaults(text, Number.POSITIVE_INFINITY);
      expect(faults.length === 0).toBe(valid);
      for (const { offset, length } of faults) expect(offset + length).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 3_000 },
  );
  expect(Math.min(outcomes.true, outcomes.false)).toBeGreaterThan(100);
});

test('a pointer leads to the text of the very value that it leads to in the parsed one', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), fc.nat(), (text, spaces) => {
      const value = JSON.parse(text) as unknown;
      const spaced = JSON.stringify(value, null, spaces % 4);
      const tree = treeOf(spaced);
      if (tree === undefined) throw new Error('It has no tree.');
      for (const [pointer, expected] of placesIn(value, '')) {
        const { offset, length } = spanOf(tree, pointer);
        expect(JSON.parse(spaced.slice(offset, offset + length))).toEqual(expected);
      }
    }),
  );
});

function placesIn(value: unknown, pointer: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[pointer, value]];
  const inner = Object.entries(value).flatMap(([key, field]) =>
    placesIn(field, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
  return [[pointer, value], ...inner];
}

test('a place is where its line and column say, whatever ends the lines', () => {
  const texts = fc.array(fc.constantFrom('a', 'é', '🚀', '\n', '\r\n', '\r', '\t'), { maxLength: 20 });
  fc.assert(
    fc.property(texts, fc.nat(), (parts, index) => {
      const text = parts.join('');
      const offset = index % (text.length + 1);
      const { line, column, text: shown } = new Lines(text).placeOf({ offset, length: 1 });
      const lines = text.split(/\r\n|\n|\r/);
      expect(shown).toBe(lines[line - 1]);
      expect(column).toBeGreaterThanOrEqual(1);
      const isAtEnd = /[\r\n]/.test(text.charAt(offset)) || offset === text.length;
      if (!isAtEnd) expect(shown.charAt(column - 1)).toBe(text.charAt(offset));
    }),
  );
});

test('whatever the bytes, looking at them ends, and each fault has a place', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        brokenJson.map((text) => new TextEncoder().encode(text)),
      ),
      (bytes) => {
        const { faults } = validateMessage(bytes);
        expect(faults.length).toBeGreaterThan(0);
        for (const { place, expected, found } of faults) {
          expect(place.line).toBeGreaterThanOrEqual(1);
          expect(place.column).toBeGreaterThanOrEqual(1);
          expect(expected).not.toBe('');
          expect(found).not.toBe('');
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('a megabyte in which every line is broken costs no more than a look at each', () => {
  const text = new TextEncoder().encode('a\n'.repeat(500_000));
  const { user } = process.cpuUsage();
  const { faults } = validateMessage(text);
  expect([faults.length, faults.at(-1)?.place.line]).toEqual([500_001, 500_001]);
  // A second or two; where each fault counted its line from the beginning, it took a quarter of an hour.
  expect(process.cpuUsage().user - user).toBeLessThan(30_000_000);
}, 60_000);
