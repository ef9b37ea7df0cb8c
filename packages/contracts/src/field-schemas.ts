import { Type } from 'typebox';
import type { TSchema, TUnsafe } from 'typebox';
import { MAX_ID_CHARACTERS } from './limits.ts';
import { CURRENT_MAJOR } from './schema-version.ts';

// The `title` of a string schema is what a fault says was expected. Patterns avoid what other languages read differently:
// \d, \u, lookarounds, and a $ that also matches before a last line break, which NO_LINE_BREAK makes up for.
const SURROGATE = /\p{Surrogate}/u;
const NO_LINE_BREAK = { not: { pattern: '\\n' } };

/**
 * An id: 1 to 512 Unicode characters, well-formed, without control characters (C0, DEL, C1).
 *
 * Anything else is allowed, also `../../x`: whoever stores ids encodes them. Lone surrogates are refused in code and not
 * by the pattern, since regular expressions of other languages cannot express them.
 */
export const IdSchema = Type.Refine(
  Type.String({
    title: `an id: 1 to ${MAX_ID_CHARACTERS} characters, no control characters, no lone surrogates`,
    minLength: 1,
    maxLength: MAX_ID_CHARACTERS,
    not: { pattern: '[\\x00-\\x1f\\x7f-\\x9f]' },
  }),
  (value) => !SURROGATE.test(value),
);

/** A message type: lower case, starts with a letter, at most 64 characters. */
export const MessageTypeSchema = Type.String({
  title: 'a message type such as task_assignment (lower case letters, digits and _)',
  ...NO_LINE_BREAK,
  pattern: '^[a-z][a-z0-9_]{0,63}$',
});

/** A version of the major that this package reads. */
export const SchemaVersionSchema = Type.String({
  title: `a version string such as "${CURRENT_MAJOR}.0"`,
  ...NO_LINE_BREAK,
  pattern: `^${CURRENT_MAJOR}\\.(0|[1-9][0-9]*)$`,
});

const DATE_TIME =
  '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?';

const READ_PATTERN = `${DATE_TIME}(Z|\\+00:00)$`;
const WRITTEN_PATTERN = `${DATE_TIME}Z$`;

/** A moment as it may be read: RFC 3339 in UTC, `Z` or `+00:00`, up to nanoseconds; the format checks that the date exists. */
export const TimestampSchema = Type.String({
  title: 'an RFC 3339 time in UTC such as "2026-01-09T00:00:00.000Z"',
  format: 'date-time',
  ...NO_LINE_BREAK,
  pattern: READ_PATTERN,
});

/** A moment as it may be written: only with `Z`. */
export const WrittenTimestampSchema = Type.String({
  title: 'an RFC 3339 time in UTC, written with Z, such as "2026-01-09T00:00:00.000Z"',
  format: 'date-time',
  ...NO_LINE_BREAK,
  pattern: WRITTEN_PATTERN,
});

const quickTimestamps = new Map<object, TSchema>(
  [[TimestampSchema, READ_PATTERN] as const, [WrittenTimestampSchema, WRITTEN_PATTERN] as const].map(
    ([schema, pattern]) => [schema, Type.Refine(Type.String({ ...NO_LINE_BREAK, pattern }), isInItsMonth)],
  ),
);

/**
 * The schema that accepts the same moments for less: where the pattern has seen to the rest, a date exists if its month has so many days,
 * which takes a tenth of what the format takes. Any other schema is itself.
 */
export function quickTimestamp<Schema extends object>(schema: Schema): Schema | TSchema {
  return quickTimestamps.get(schema) ?? schema;
}

/** Every month has 28 days; of the others the calendar is asked. */
function isInItsMonth(text: string): boolean {
  const day = Number(text.slice(8, 10));
  return day <= 28 || new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() === day;
}

/** An integer from `minimum` that survives being read by JavaScript. */
export function integerFrom(minimum: number): ReturnType<typeof Type.Integer> {
  return Type.Integer({ minimum, maximum: Number.MAX_SAFE_INTEGER });
}

/** The schema or null. */
export function nullable<Schema extends TSchema>(schema: Schema): ReturnType<typeof nullableOf<Schema>> {
  return nullableOf(schema);
}

function nullableOf<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** An object with any fields: what is inside is the business of those who agreed on it. */
export function anyObject(): TUnsafe<Record<string, unknown>> {
  return Type.Unsafe<Record<string, unknown>>({ type: 'object' });
}

/** An object whose every field has the one schema. */
export function mapOf<Value>(values: TSchema): TUnsafe<Record<string, Value>> {
  return Type.Unsafe<Record<string, Value>>({ type: 'object', additionalProperties: values });
}
