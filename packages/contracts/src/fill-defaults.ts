import { setField } from './json-value.ts';
import { isObject, isSchema } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

/**
 * A JSON value in which every missing field that has a default is present, at every level: itself where none is missing and its fields are
 * in order, as in all that was written by a builder of this package; else a copy.
 *
 * Known fields come first, in the order of the schema, then the others as they came: what is built has one order. Values of
 * a wrong type are left alone for the validation to find. Only fields of objects and of the items of lists are filled, however deep: not
 * what is in a union, an intersection, a record, a tuple or a recursive type, where no definition may have such a default.
 */
export function fillDefaults(schema: JsonSchema, value: unknown): unknown {
  if (Array.isArray(value)) return fillItems(schema, value);
  if (!isObject(value) || schema.properties === undefined || isWhole(schema, value)) return value;

  const filled: Record<string, unknown> = {};
  let taken = 0;
  for (const { key, field } of fieldsOf(schema.properties)) {
    if (Object.hasOwn(value, key)) {
      taken += 1;
      setField(filled, key, fillDefaults(field, value[key]));
    } else if (field.default !== undefined)
      setField(filled, key, fillDefaults(field, structuredCloneJson(field.default)));
  }
  const keys = Object.keys(value);
  if (keys.length === taken) return filled;
  for (const key of keys) if (!Object.hasOwn(filled, key)) setField(filled, key, value[key]);
  return filled;
}

/** Whether nothing would be filled in or moved. */
function isWhole(schema: JsonSchema, value: unknown): boolean {
  if (Array.isArray(value)) {
    const { items } = schema;
    return !isSchema(items) || value.every((item) => isWhole(items, item));
  }
  if (!isObject(value) || schema.properties === undefined) return true;
  const keys = Object.keys(value);
  let next = 0;
  for (const { key, field } of fieldsOf(schema.properties)) {
    if (keys[next] === key) {
      if (!isWhole(field, value[key])) return false;
      next += 1;
    } else if (field.default !== undefined || Object.hasOwn(value, key)) return false;
  }
  return true;
}

interface Field {
  readonly key: string;
  readonly field: JsonSchema;
}

const known = new WeakMap<object, readonly Field[]>();

/** The fields of a schema, listed one time; schemas do not change. */
function fieldsOf(properties: Readonly<Record<string, JsonSchema>>): readonly Field[] {
  let fields = known.get(properties);
  if (fields === undefined) {
    fields = Object.entries(properties).map(([key, field]) => ({ key, field }));
    known.set(properties, fields);
  }
  return fields;
}

function fillItems(schema: JsonSchema, value: readonly unknown[]): readonly unknown[] {
  const { items } = schema;
  return isSchema(items) ? value.map((item) => fillDefaults(items, item)) : value;
}

/** A default is JSON (checked when it is defined), so a round trip through text copies it. */
function structuredCloneJson(value: unknown): unknown {
  if (Array.isArray(value) && value.length === 0) return [];
  return typeof value === 'object' && value !== null ? JSON.parse(JSON.stringify(value)) : value;
}
