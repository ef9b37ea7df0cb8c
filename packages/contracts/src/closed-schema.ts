import { extendSchema, mapSubschemas } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { fieldNames } from './schema-fields.ts';

/**
 * The schema for writing: every object with named fields allows no others, at every level.
 *
 * Objects that say for themselves what further fields may be (`additionalProperties`) are left alone. Where several schemas speak about
 * one object (an intersection, also with a union in it), each stays open, since it does not see the fields of the others, and what
 * none of them names is refused for all of them. Schemas that only ask something about a value (`not`, `if`, `contains`) keep
 * their meaning: they are left as they are, to the bottom.
 */
export function closedSchema(schema: JsonSchema): JsonSchema {
  return close(schema, false);
}

function close(schema: JsonSchema, isPart: boolean): JsonSchema {
  const joined = isPart || isJoined(schema);
  const closed = mapSubschemas(schema, (part, keyword) =>
    ASKING.has(keyword) ? part : close(part, joined && IN_PLACE.has(keyword)),
  );
  if (isPart) return closed;
  if (joined) {
    const toClose = schema.unevaluatedProperties === undefined && fieldNames(schema).size > 0;
    return toClose ? extendSchema(closed, { unevaluatedProperties: false }) : closed;
  }
  const open = schema.properties !== undefined && schema.additionalProperties === undefined;
  return open && schema.patternProperties === undefined
    ? extendSchema(closed, { additionalProperties: false })
    : closed;
}

/** Keywords whose schemas speak about the value itself, and not about a part of it. */
const IN_PLACE = new Set(['allOf', 'anyOf', 'oneOf', 'then', 'else', 'dependentSchemas']);

/** Keywords whose schemas only ask a question. */
const ASKING = new Set(['not', 'if', 'contains']);

/** Whether more than one schema may name the fields of one object. The branches of a mere union close themselves, each for itself. */
function isJoined(schema: JsonSchema): boolean {
  const keywords = Object.keys(schema).filter((keyword) => IN_PLACE.has(keyword));
  if (keywords.length === 0) return false;
  return schema.properties !== undefined || keywords.some((keyword) => keyword !== 'anyOf');
}
