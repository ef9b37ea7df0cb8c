import { copyJson } from './json-value.ts';
import { isObject, mapSubschemas } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { MAX_DEPTH_OPTION, MAX_MESSAGE_BYTES } from './limits.ts';
import { invalidDefinition } from './message-error.ts';

/** Keywords that the schema of a message type may have at its top; others would speak about the envelope too. */
const TOP_LEVEL = new Set([
  'type',
  'properties',
  'required',
  'title',
  'description',
  'additionalProperties',
  '$id',
  '$schema',
]);

const JSON_TYPES = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);

/**
 * Refuses, before anything is sent, a schema of which a message type cannot be made.
 *
 * @throws MessageError ERR_INVALID_DEFINITION
 */
export function refuseUnusableSchema(type: string, schema: unknown): void {
  const refuse = (problem: string): never => {
    throw invalidDefinition(`The schema of the message type "${type}" ${problem}`);
  };
  if (!isObject(schema) || schema['type'] !== 'object' || !isObject(schema['properties'])) {
    return refuse('is not an object schema. Pass Type.Object({ ... }).');
  }
  const { additionalProperties } = schema;
  if (additionalProperties !== undefined && additionalProperties !== false) {
    refuse(
      'sets additionalProperties at its top. Leave it out: reading preserves unknown fields, writing refuses them.',
    );
  }
  const foreign = Object.keys(schema).filter(
    (keyword) => !TOP_LEVEL.has(keyword) && !keyword.startsWith('~'),
  );
  if (foreign.length > 0)
    refuse(`has ${foreign.join(', ')} at its top, where only fields can be defined. Move it into a field.`);

  const inspection: Inspection = { refuse, named: new Map(), referred: new Set() };
  refuseUnusableParts(schema, inspection);
  const dangling = [...inspection.referred].filter((name) => !inspection.named.has(name));
  if (dangling.length > 0)
    refuse(`refers to ${dangling.join(', ')}, which it does not define. Use Type.Cyclic or inline it.`);
}

interface Inspection {
  readonly refuse: (problem: string) => never;
  /** The schemas that recursive types name, as text: TypeBox finds them by name in the whole message. */
  readonly named: Map<string, string>;
  readonly referred: Set<string>;
}

function refuseUnusableParts(schema: JsonSchema, inspection: Inspection): void {
  const { refuse, named } = inspection;
  for (const name of Object.keys(schema.properties ?? {})) {
    if (name in Object.prototype)
      refuse(`has a field named ${name}, which every JavaScript object inherits. Rename it.`);
  }
  for (const [name, part] of Object.entries(schema.$defs ?? {})) {
    const text = JSON.stringify(part);
    if ((named.get(name) ?? text) !== text) refuse(`has two recursive types named ${name}. Rename one.`);
    named.set(name, text);
  }
  if (schema.$ref !== undefined) inspection.referred.add(schema.$ref);
  const foreign = [schema.type ?? []].flat().filter((type) => !JSON_TYPES.has(type));
  if (foreign.length > 0)
    refuse(`has a field of type ${foreign.join(', ')}, which JSON does not have. Use a JSON type.`);
  if (schema.default !== undefined && !isJson(schema.default))
    refuse('has a default that is not JSON. Use a plain JSON value.');
  mapSubschemas(schema, (part) => {
    refuseUnusableParts(part, inspection);
    return part;
  });
}

function isJson(value: unknown): boolean {
  return copyJson(value, { maxBytes: MAX_MESSAGE_BYTES, maxDepth: MAX_DEPTH_OPTION }).faults.total === 0;
}
