import { Compile } from 'typebox/schema';
import { closedSchema } from './closed-schema.ts';
import { explainFaults } from './explain-faults.ts';
import type { FaultList } from './fault.ts';
import { quickTimestamp, WrittenTimestampSchema } from './field-schemas.ts';
import { extendSchema } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { SCHEMA_VERSION } from './schema-version.ts';

/** Reading ignores unknown fields; writing refuses them, at every level. */
export type Strictness = 'reading' | 'writing';

/** A schema whose values have the static type `T`. */
type SchemaOf<T> = JsonSchema & { readonly '~static'?: T };

interface Checker {
  readonly schema: JsonSchema;
  readonly accepts: (value: unknown) => boolean;
}

// Compiling costs milliseconds, so it happens on first use; a weak map lets go of schemas that their owners let go of.
const checkers: Readonly<Record<Strictness, WeakMap<JsonSchema, Checker>>> = {
  reading: new WeakMap(),
  writing: new WeakMap(),
};

/**
 * Whether a JSON value is what its schema says and no fault was found before; if not, all that is wrong is in `faults`.
 *
 * `T` is the static type of the schema, for callers that know it while the compiler does not.
 */
export function conforms<T>(
  schema: SchemaOf<T>,
  value: unknown,
  strictness: Strictness,
  faults: FaultList,
): value is T {
  const checker = checkerOf(schema, strictness);
  if (!checker.accepts(value)) explainFaults(checker.schema, value, faults);
  return faults.total === 0;
}

function checkerOf(schema: JsonSchema, strictness: Strictness): Checker {
  const known = checkers[strictness].get(schema);
  if (known !== undefined) return known;
  const applied = strictness === 'writing' ? writingSchema(schema) : schema;
  const compiled = Compile(quickened(applied));
  const checker: Checker = { schema: applied, accepts: (value) => compiled.Check(value) };
  checkers[strictness].set(schema, checker);
  return checker;
}

/** Accepts the same for less; what is wrong with a value that it refuses, the schema itself tells. */
function quickened(schema: JsonSchema): JsonSchema {
  const created_at = schema.properties?.['created_at'];
  if (created_at === undefined) return schema;
  return extendSchema(schema, {
    properties: { ...schema.properties, created_at: quickTimestamp(created_at) },
  });
}

/** What is written has no unknown fields, says the version whose fields it has, and its `created_at` ends in Z. */
function writingSchema(schema: JsonSchema): JsonSchema {
  const closed = closedSchema(schema);
  if (closed.properties?.['created_at'] === undefined) return closed;
  const written = { schema_version: { const: SCHEMA_VERSION }, created_at: WrittenTimestampSchema };
  return extendSchema(closed, { properties: { ...closed.properties, ...written } });
}
