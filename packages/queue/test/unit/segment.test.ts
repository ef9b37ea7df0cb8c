import { assert, constantFrom, oneof, property, string, tuple, type Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeSegment,
  encodeSegment,
  isShortened,
  SEGMENT_LIMITS,
  shortenedBeginsWith,
  type SegmentKind,
} from '../../src/file-store/segment.ts';

const KINDS = Object.keys(SEGMENT_LIMITS) as SegmentKind[];
const kind = constantFrom(...KINDS);
/** Names that Windows reserves, with any extension and in any case. */
const RESERVED = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?$/i;

/** Ids, with those more often that look like something else. */
const id: Arbitrary<string> = oneof(
  string({ unit: 'binary', minLength: 1, maxLength: 60 }),
  string({ unit: constantFrom(...Array.from('aA.%-_~/\\ 0é🦊')), minLength: 1, maxLength: 45 }),
  tuple(
    constantFrom('CON', 'con', 'Nul', 'com1', 'LPT9', 'conin$', 'aux'),
    constantFrom('', '.', '.txt', '%', ' '),
  ).map((parts) => parts.join('')),
  string({ unit: 'grapheme', minLength: 100, maxLength: 512 }),
);

describe('a segment', () => {
  test.each([
    ['coder', 'agent', 'coder'],
    ['Coder', 'agent', '%43oder'],
    ['../../x', 'agent', '%2e.%2f..%2fx'],
    ['.', 'agent', '%2e'],
    ['..', 'agent', '%2e%2e'],
    ['a.', 'agent', 'a%2e'],
    ['a ', 'agent', 'a%20'],
    ['-rf', 'agent', '%2drf'],
    ['a:b', 'agent', 'a%3ab'],
    ['con', 'agent', '%63on'],
    ['con.txt', 'agent', '%63on.txt'],
    ['console', 'agent', 'console'],
    ['%41', 'agent', '%2541'],
    ['a_b', 'workflow', 'a_b'],
    ['a_b', 'message', 'a%5fb'],
    ['é', 'task', '%c3%a9'],
    ['0193c2f0-7b9e-7000-8000-000000000001', 'message', '0193c2f0-7b9e-7000-8000-000000000001'],
    // The hash was made by another program: writers in other languages must arrive at the same.
    ['x'.repeat(300), 'agent', `${'x'.repeat(13)}%h1l72paf9pf7df`],
    ['é'.repeat(200), 'message', `${'%c3%a9'.repeat(3)}%c3%hrsgb5aj2cbkps`],
  ] as const)('of %j as %s is %s', (from, as, segment) => {
    expect(encodeSegment(from, as)).toBe(segment);
    expect(decodeSegment(segment, as)).toBe(from.length > 100 ? null : from);
  });

  test('gives its id back, unless it was shortened, or is none that the contract allows', () => {
    assert(
      property(id, kind, (from, as) => {
        const segment = encodeSegment(from, as);
        const isAllowed = !/[\u0000-\u001f\u007f-\u009f]/.test(from);
        expect(decodeSegment(segment, as)).toBe(isShortened(segment) || !isAllowed ? null : from);
      }),
    );
  });

  test('is safe as a name on every file system', () => {
    assert(
      property(id, kind, (from, as) => {
        const segment = encodeSegment(from, as);
        expect(segment).toMatch(/^[a-z0-9._%-]+$/); // Lower case alone: no file system can confuse two of them.
        expect(segment).toMatch(/^[^.-].*$/);
        expect(segment).not.toMatch(/\.$/);
        expect(segment).not.toMatch(RESERVED);
        expect(segment.length).toBeLessThanOrEqual(SEGMENT_LIMITS[as]);
        if (as === 'message') expect(segment).not.toContain('_');
      }),
    );
  });

  test('is another one for another id, also where case is ignored', () => {
    const pairs = oneof(
      tuple(id, id),
      id.map((one) => [one, one.toUpperCase()] as const),
      id.map((one) => [one, one.toLowerCase()] as const),
      tuple(id, kind).map(([one, as]) => [one, encodeSegment(one, as)] as const),
      tuple(id, id).map(([one, more]) => [one, one + more] as const),
      tuple(string({ minLength: 80 }), id, id).map(([start, a, b]) => [start + a, start + b] as const),
    );
    assert(
      property(pairs, kind, ([a, b], as) => {
        expect(encodeSegment(a, as).toLowerCase() === encodeSegment(b, as).toLowerCase()).toBe(a === b);
      }),
      { numRuns: 1_000 },
    );
  });

  test('that is too long is cut between characters of the encoding and ends in a hash', () => {
    assert(
      property(id, kind, (from, as) => {
        const segment = encodeSegment(from, as);
        if (!isShortened(segment)) return;
        expect(segment).toMatch(/^(?:[a-z0-9._-]|%[0-9a-f]{2})*%h[0-9a-v]{13}$/);
      }),
    );
    for (const as of KINDS) {
      const limit = SEGMENT_LIMITS[as];
      expect(encodeSegment('x'.repeat(limit), as)).toBe('x'.repeat(limit));
      expect(isShortened(encodeSegment('x'.repeat(limit + 1), as))).toBe(true);
    }
  });

  test('that no id encodes to has no id, and nothing throws', () => {
    const hostile = oneof(
      string({ unit: 'binary' }),
      string({ unit: constantFrom(...'%0aA9fF.-_h'.split('')) }),
      constantFrom(
        '',
        '%',
        '%4',
        '%41',
        '%zz',
        '%C3%A9',
        '%ff',
        'Coder',
        '.a',
        'a.',
        'con',
        '-a',
        'a b',
        'a%hx',
      ),
    );
    assert(
      property(hostile, kind, (segment, as) => {
        const decoded = decodeSegment(segment, as);
        if (decoded !== null) expect(encodeSegment(decoded, as)).toBe(segment);
      }),
      { numRuns: 1_000 },
    );
    expect(decodeSegment('', 'agent')).toBeNull();
    expect(decodeSegment('Coder', 'agent')).toBeNull();
  });
});

describe('a shortened segment', () => {
  test('tells whether its id begins like something short, and whether it is the whole', () => {
    const long = string({ unit: 'binary', minLength: 120, maxLength: 200 });
    assert(
      property(long, string({ unit: 'binary', minLength: 1 }), (whole, other) => {
        const segment = `${encodeSegment(whole, 'message')}_task_assignment~p1~abcdef.json`;
        const first = String.fromCodePoint(whole.codePointAt(0) ?? 0); // At most 12 characters of the 21 that are kept.
        expect(shortenedBeginsWith(segment, first, 'message')).toBe(true);
        expect(shortenedBeginsWith(segment, whole, 'message')).toBe(true);
        if (!whole.startsWith(other)) expect(shortenedBeginsWith(segment, other, 'message')).toBe(false);
      }),
    );
    const dotted = encodeSegment(`con.x${'y'.repeat(100)}`, 'message');
    for (const prefix of ['con', 'con.', 'con.xy'])
      expect(shortenedBeginsWith(dotted, prefix, 'message')).toBe(true);
    expect(shortenedBeginsWith(dotted, 'con.y', 'message')).toBe(false);
  });
});
