import { BUILT_IN_TYPES } from './built-in-types.ts';
import type { MessageDefinition } from './message-definition.ts';
import { invalidDefinition } from './message-error.ts';

/** Definitions by message type. */
export type KnownTypes = ReadonlyMap<string, MessageDefinition>;

const builtIn: KnownTypes = new Map(BUILT_IN_TYPES.map((definition) => [definition.type, definition]));
const indexed = new WeakMap<readonly MessageDefinition[], KnownTypes>();

/**
 * The built-in types and these, by name. An array of definitions is indexed once: do not change it afterwards.
 *
 * @throws MessageError ERR_INVALID_DEFINITION where two definitions have one name
 */
export function knownTypes(definitions: readonly MessageDefinition[] | undefined): KnownTypes {
  if (definitions === undefined || definitions.length === 0) return builtIn;
  const known = indexed.get(definitions);
  if (known !== undefined) return known;

  const types = new Map(builtIn);
  for (const definition of definitions) {
    const namesake = types.get(definition.type);
    if (namesake !== undefined && namesake !== definition) {
      throw invalidDefinition(
        `There are two definitions of the message type "${definition.type}"; keep one.`,
      );
    }
    types.set(definition.type, definition);
  }
  indexed.set(definitions, types);
  return types;
}
