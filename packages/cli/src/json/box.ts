import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { Box } from '@tapps-agents/queue';

/** The fields that say which box. */
export function boxFields() {
  return {
    kind: Type.Enum(['inbox', 'outbox']),
    agent: Type.String({ description: 'the agent whose box it is' }),
  };
}

/** The schema of a box. */
export function boxSchema(description = 'one agent’s inbox or outbox') {
  return Type.Object(boxFields(), { description });
}

/** A box. */
export type BoxJson = Static<ReturnType<typeof boxSchema>>;

/** A box as JSON has it. */
export function boxJson({ kind, agentId }: Box): BoxJson {
  return { kind, agent: agentId };
}
