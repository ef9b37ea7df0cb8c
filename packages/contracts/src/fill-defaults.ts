import { setField } from './json-value.ts';
import { isObject, isSchema } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

/**
 * A copy of a JSON value in which every missing field that has a default is present, at every level.
 *
 * Known fields come first, in the order of the schema, then the others as they came: what is built has one order. Values of
 * a wrong type are left alone for the validation to find; branches of unions are not filled.
 */
export function fillDefaults(schema: JsonSchema, value: unknown): unknown {
  if (Array.isArray(value)) return fillItems(schema, value);
  if (!isObject(value) || schema.properties === undefined) return value;

  const filled: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(schema.properties)) {
    if (Object.hasOwn(value, key)) setField(filled, key, fillDefaults(field, value[key]));
    else if (field.default !== undefined)
      setField(filled, key, fillDefaults(field, structuredCloneJson(field.default)));
  }
  for (const [key, field] of Object.entries(value))
    if (!Object.hasOwn(filled, key)) setField(filled, key, field);
  return filled;
}

function fillItems(schema: JsonSchema, value: readonly unknown[]): readonly unknown[] {
  const { items } = schema;
  return isSchema(items) ? value.map((item) => fillDefaults(items, item)) : value;
}

/** A default is JSON (checked when it is defined), so a round trip through text copies it. */
function structuredCloneJson(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.parse(JSON.stringify(value)) : value;
}
