import { mapSubschemas } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { SCHEMA_VERSION } from './schema-version.ts';

/**
 * A TypeBox schema as a JSON Schema document (draft 2020-12) of what a reader accepts: fields with a default may be missing,
 * unknown fields are allowed, and the `$id` is a URN, since no web address is promised to answer.
 *
 * What a pattern cannot say stays unsaid: that ids hold no lone surrogates, and what users check by functions.
 */
export function readerJsonSchema(name: string, schema: JsonSchema): Record<string, unknown> {
  const definitions: Record<string, JsonSchema> = {};
  const translated = translate(schema, definitions);
  // The round trip leaves only what is JSON: TypeBox keeps its own marks in properties that are not enumerable.
  const { title, description, ...rest }: JsonSchema = JSON.parse(JSON.stringify(translated));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:tapps-agents:schema:${SCHEMA_VERSION}:${name}`,
    title,
    ...(description !== undefined && { description }),
    ...rest,
    ...(Object.keys(definitions).length > 0 && { $defs: definitions }),
  };
}

/**
 * Translates one schema: what has a default is not required, tuples have today's form, and the named schemas of recursive
 * types move to the top of the document, where a JSON Pointer finds them (a URN cannot be the base of a relative `$ref`).
 */
function translate(schema: JsonSchema, definitions: Record<string, JsonSchema>): JsonSchema {
  for (const [name, named] of Object.entries(schema.$defs ?? {})) {
    const { $id: _own, ...moved } = translate(named, definitions);
    definitions[name] = moved;
  }
  const { $defs: _moved, ...open } = schema;
  const { $ref, required, ...rest } = mapSubschemas(open, (part) => translate(part, definitions));
  const needed = required?.filter((name) => rest.properties?.[name]?.default === undefined) ?? [];
  return {
    ...modernTuple(rest),
    ...($ref !== undefined && { $ref: `#/$defs/${$ref}` }),
    ...(needed.length > 0 && { required: needed }),
  };
}

/** TypeBox writes tuples with a list in `items`; draft 2020-12 has `prefixItems` for that. */
function modernTuple(schema: JsonSchema): JsonSchema {
  const { items, additionalItems, ...rest } = schema;
  if (!Array.isArray(items)) return schema;
  return { ...rest, prefixItems: items, ...(additionalItems !== undefined && { items: additionalItems }) };
}
