import { extendSchema, mapSubschemas } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

/**
 * The schema for writing: every object with named fields allows no others, at every level.
 *
 * Objects that say for themselves what further fields may be (`additionalProperties`) are left alone. The parts of an
 * intersection stay open, since each sees the fields of the others; the intersection as a whole is closed.
 */
export function closedSchema(schema: JsonSchema): JsonSchema {
  return close(schema, '');
}

function close(schema: JsonSchema, keyword: string): JsonSchema {
  const closed = mapSubschemas(schema, close);
  if (keyword === 'allOf' || CONDITIONS.has(keyword)) return closed;
  if (
    schema.allOf !== undefined &&
    schema.unevaluatedProperties === undefined &&
    schema.allOf.some(hasNamedFields)
  ) {
    return extendSchema(closed, { unevaluatedProperties: false });
  }
  const open = schema.properties !== undefined && schema.additionalProperties === undefined;
  return open && schema.patternProperties === undefined
    ? extendSchema(closed, { additionalProperties: false })
    : closed;
}

/** Schemas that only ask a question about the object around them. */
const CONDITIONS = new Set(['not', 'if', 'then', 'else', 'contains', 'dependentSchemas']);

function hasNamedFields(schema: JsonSchema): boolean {
  return schema.properties !== undefined;
}
