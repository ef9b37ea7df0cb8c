import { allowedValues } from './describe-schema.ts';
import { isSchema } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

/** The names that an intersection knows, in any of its parts. */
export function fieldNames(schema: JsonSchema): Set<string> {
  const lists = [schema.allOf, schema.anyOf, schema.oneOf, Object.values(schema.dependentSchemas ?? {})];
  const parts = [...lists, [schema.if, schema.then, schema.else]].flatMap((list) =>
    (list ?? []).filter(isSchema),
  );
  return new Set([
    ...Object.keys(schema.properties ?? {}),
    ...parts.flatMap((part) => [...fieldNames(part)]),
  ]);
}

/** The fields of an object schema that allow only literal values. */
export function literalFields(schema: JsonSchema): (readonly [string, JsonSchema])[] {
  return Object.entries(schema.properties ?? {}).filter(([, field]) => allowedValues(field) !== null);
}

/** A schema for the field by which objects are told apart, with the values of all of them; null where there is none. */
export function commonTag(branches: readonly JsonSchema[]): JsonSchema | null {
  const [first, ...others] = branches;
  if (first === undefined || others.length === 0) return null;
  const tag = literalFields(first).find(([key]) =>
    others.every((other) => literalFields(other).some(([name]) => name === key)),
  );
  if (tag === undefined) return null;
  const [key] = tag;
  const values = branches.flatMap((branch) => allowedValues(branch.properties?.[key] ?? {}) ?? []);
  return { type: 'object', properties: { [key]: { enum: values } }, required: [key] };
}
