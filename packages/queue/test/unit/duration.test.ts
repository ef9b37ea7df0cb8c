import { anything, assert, constantFrom, integer, oneof, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { leaseMilliseconds, MAX_DURATION_MS, toMilliseconds, type Duration } from '../../src/duration.ts';
import { QueueError } from '../../src/errors.ts';

test.each<[Duration, number]>([
  [0, 0],
  [250, 250],
  [1.6, 2],
  ['250ms', 250],
  ['30s', 30_000],
  ['10m', 600_000],
  ['1.5h', 5_400_000],
  ['7d', 604_800_000],
  ['3650d', MAX_DURATION_MS],
])('%j is %i ms', (duration, expected) => {
  expect(toMilliseconds(duration, 'delay')).toBe(expected);
});

test('a number with a unit is that many of it', () => {
  const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
  const unit = constantFrom(...(Object.keys(units) as (keyof typeof units)[]));
  assert(
    property(integer({ min: 0, max: 3_650 }), unit, (count, of) => {
      expect(toMilliseconds(`${count}${of}`, 'delay')).toBe(count * units[of]);
    }),
  );
});

test('anything else is refused, naming the option', () => {
  const almost = tuple(
    constantFrom('-1', '1e3', '', ' ', '1', '0x1', 'NaN', 'Infinity', '3651', '1,5', '.5', '1.'),
    constantFrom('s', 'd', 'w', '', 'S', 'ms ms', ' s'),
  ).map((parts) => parts.join(''));
  const wrong = oneof(
    almost,
    anything({ withBigInt: true, withNullPrototype: true, withDate: true }),
    constantFrom(
      Number.NaN,
      Number.POSITIVE_INFINITY,
      -1,
      MAX_DURATION_MS + 1,
      undefined,
      null,
      10n,
      Symbol('1s'),
    ),
  );
  assert(
    property(wrong, (value) => {
      const isRight =
        (typeof value === 'number' && value >= 0 && value <= MAX_DURATION_MS) ||
        (typeof value === 'string' && /^\s*\d{1,4}(\.\d+)?(ms|s|m|h|d)\s*$/.test(value));
      let error: unknown;
      try {
        toMilliseconds(value as Duration, 'option `delay`');
      } catch (thrown) {
        error = thrown;
      }
      if (isRight && error === undefined) return;
      expect(error).toBeInstanceOf(QueueError);
      expect(error).toMatchObject({ code: 'ERR_INVALID_OPTION' });
      expect((error as Error).message).toMatch(/^option `delay` must be/);
    }),
    { numRuns: 1_000 },
  );
});

test('a lease has at least a second', () => {
  expect(leaseMilliseconds('1s')).toBe(1_000);
  expect(() => leaseMilliseconds(999)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION' }));
});
