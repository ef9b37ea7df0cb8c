import * as fc from 'fast-check';
import { Check, Compile } from 'typebox/schema';
import { expect, test } from 'vitest';
import { quickTimestamp, TimestampSchema, WrittenTimestampSchema } from '../src/field-schemas.ts';

const digits = (count: number, most: number): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max: most }).map((number) => String(number).padStart(count, '0'));

/** Times that exist, that nearly do, and what is none. */
const timeLike = fc.oneof(
  fc
    .tuple(
      fc.oneof(digits(4, 9_999), fc.constantFrom('0000', '1900', '2000', '2024', '2100')),
      digits(2, 14),
      digits(2, 33),
      fc.constantFrom('T', 't', ' '),
      digits(2, 25),
      digits(2, 61),
      digits(2, 61),
      fc.constantFrom('', '.5', '.123456789', '.1234567890', '.'),
      fc.constantFrom('Z', 'z', '+00:00', '-00:00', '+01:00', 'Z\n', '', 'Z[UTC]'),
    )
    .map(
      ([year, month, day, mark, hour, minute, second, fraction, zone]) =>
        `${year}-${month}-${day}${mark}${hour}:${minute}:${second}${fraction}${zone}`,
    ),
  fc.string(),
  fc.anything(),
);

test.each([
  ['read', TimestampSchema],
  ['written', WrittenTimestampSchema],
])('the quick check of a time that is %s agrees with the schema', (_, schema) => {
  const quick = Compile(quickTimestamp(schema));
  fc.assert(
    fc.property(timeLike, (value) => {
      expect(quick.Check(value)).toBe(Check(schema, value));
    }),
    { numRuns: 5_000 },
  );
});

test('the quick check knows every day of every month, of leap years and others', () => {
  const quick = Compile(quickTimestamp(TimestampSchema));
  for (const year of ['0000', '0004', '0100', '1900', '2000', '2023', '2024', '9999'])
    for (let month = 1; month <= 12; month += 1)
      for (let day = 1; day <= 31; day += 1) {
        const time = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}T10:35:00Z`;
        expect([time, quick.Check(time)]).toEqual([time, Check(TimestampSchema, time)]);
      }
});

test('a schema of another kind stays as it is', () => {
  const other = { type: 'string', format: 'date-time' };
  expect(quickTimestamp(other)).toBe(other);
});
