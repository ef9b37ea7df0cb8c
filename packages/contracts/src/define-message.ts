import type { TObject, TProperties } from 'typebox';
import { BUILT_IN_TYPES } from './built-in-types.ts';
import { createDefinition } from './create-definition.ts';
import type { DefinedMessage, MessageDefinition, MessageInput } from './message-definition.ts';
import { invalidDefinition } from './message-error.ts';
import { refuseUnusableDefaults } from './usable-defaults.ts';

/**
 * Defines a message type of your own: `defineMessage('code_review', Type.Object({ file: Type.String() }))`.
 *
 * The result builds messages when called, carries the schema, static type and JSON Schema of the whole message, and makes
 * `parseMessage` (and a queue) understand the type. `Type` may come from this package or from your own copy of typebox.
 * Only fields are defined here: reading preserves unknown fields of any message, writing refuses them.
 *
 * @throws MessageError ERR_INVALID_DEFINITION for a type name that is invalid or built in, a field that the envelope has,
 * a schema that is not a plain object schema, and a default that its field refuses or that is in a place where none is filled in
 */
export function defineMessage<Name extends string, Fields extends TProperties>(
  type: Name,
  fields: TObject<Fields>,
): MessageDefinition<DefinedMessage<Name, Fields>, MessageInput<Fields>> {
  if (BUILT_IN_TYPES.some((definition) => definition.type === type)) {
    throw invalidDefinition(
      `The message type "${type}" is built in and cannot be defined again. Choose another name.`,
    );
  }
  const definition = createDefinition(type, fields);
  refuseUnusableDefaults(type, definition.schema);
  return definition;
}
