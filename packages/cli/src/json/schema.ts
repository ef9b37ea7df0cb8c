import { Type } from 'typebox';
import type { Static, TUnsafe } from 'typebox';

/** The schema of a line of `schema --list`. */
export function schemaEntrySchema() {
  return Type.Object({
    name: Type.String({ description: 'what to ask `schema` for' }),
    version: Type.String({ description: 'the schema_version' }),
    id: Type.String({ description: 'the schema’s `$id`, or the id of the AsyncAPI document' }),
    kind: Type.Enum(['json_schema', 'asyncapi']),
    current: Type.Boolean({ description: 'whether this version is the one that is written' }),
  });
}

/** A line of `schema --list`. */
export type SchemaEntryJson = Static<ReturnType<typeof schemaEntrySchema>>;

/** The schema of what `schema TYPE` prints: a JSON Schema or an AsyncAPI document, whose fields are theirs to say. */
export function jsonSchemaSchema(): TUnsafe<object> {
  return Type.Unsafe<object>({
    type: 'object',
    description: 'a JSON Schema (draft 2020-12), or with `--asyncapi` an AsyncAPI 3 document',
  });
}
