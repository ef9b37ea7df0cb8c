import { Type } from 'typebox';
import type { TObject, TProperties } from 'typebox';
import { buildMessage } from './build-message.ts';
import { ENVELOPE_FIELDS, envelopeFields } from './envelope.ts';
import type { Message } from './envelope.ts';
import type { JsonSchema } from './json-schema.ts';
import type { BuildOptions, DefinedMessage, MessageDefinition, MessageInput } from './message-definition.ts';
import { invalidDefinition } from './message-error.ts';
import { readerJsonSchema } from './reader-json-schema.ts';
import { refuseUnusableSchema } from './usable-schema.ts';

const TYPE_NAME = /^[a-z][a-z0-9_]{0,63}$/;

/**
 * Makes a definition out of a type name and the schema of its own fields: the work behind `defineMessage`, which the
 * built-in types use as well.
 *
 * @throws MessageError ERR_INVALID_DEFINITION
 */
export function createDefinition<Name extends string, Fields extends TProperties>(
  type: Name,
  fields: TObject<Fields>,
): MessageDefinition<DefinedMessage<Name, Fields>, MessageInput<Fields>>;
export function createDefinition(type: string, fields: TObject): MessageDefinition {
  if (typeof type !== 'string' || !TYPE_NAME.test(type)) {
    throw invalidDefinition(
      `The message type ${JSON.stringify(type)} is not valid. Use a lower case letter and up to 63 more of a-z, 0-9 and _.`,
    );
  }
  refuseUnusableSchema(type, fields);
  const schema = messageSchema(type, fields);

  const build = (input: unknown, options?: BuildOptions): Message =>
    buildMessage(type, schema, input, options);
  const jsonSchema = (): Record<string, unknown> => readerJsonSchema(type, schema);
  Object.defineProperty(build, 'name', { value: type });
  return Object.assign(build, { type, schema, jsonSchema });
}

/** The schema of the whole message: envelope first, then the fields of the type. */
function messageSchema(type: string, fields: TObject): TObject {
  const taken = Object.keys(fields.properties).filter((name) => ENVELOPE_FIELDS.includes(name));
  if (taken.length > 0) {
    throw invalidDefinition(
      `The message type "${type}" defines ${taken.join(', ')}, which the envelope of every message already has. Rename ${taken.length === 1 ? 'that field' : 'those fields'}.`,
    );
  }
  const { title, description } = fields as JsonSchema;
  const schema = Type.Object(
    { ...envelopeFields(Type.Literal(type)), ...fields.properties },
    { title: title ?? type, ...(description !== undefined && { description }) },
  );
  // A check across the fields of the type (Type.Refine) sees the whole message, where those fields are as well.
  const refinement = Object.getOwnPropertyDescriptor(fields, '~refine');
  return refinement === undefined ? schema : Object.defineProperty(schema, '~refine', refinement);
}
