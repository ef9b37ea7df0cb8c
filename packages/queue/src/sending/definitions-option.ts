import type { MessageDefinition } from '@tapps-agents/contracts';
import { QueueError } from '../errors.ts';

/** The user's own message types, if each was made with `defineMessage` and no two have the same name. */
export function checkDefinitions(definitions: readonly MessageDefinition[]): readonly MessageDefinition[] {
  if (!Array.isArray(definitions) || !definitions.every(isDefinition)) {
    throw new QueueError(
      'ERR_INVALID_OPTION',
      "messages must be an array of what defineMessage returns, e.g. [defineMessage('code_review', Type.Object({}))].",
    );
  }
  const types = definitions.map(({ type }) => type);
  const twice = types.find((type, index) => types.indexOf(type) !== index);
  if (twice === undefined) return definitions;
  throw new QueueError(
    'ERR_INVALID_OPTION',
    `messages has two definitions of ${twice}, so nobody could tell which is meant. Leave out one of them.`,
  );
}

function isDefinition(value: unknown): value is MessageDefinition {
  return (
    typeof value === 'function' && 'type' in value && typeof value.type === 'string' && 'schema' in value
  );
}
