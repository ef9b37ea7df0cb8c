import { Type } from 'typebox';
import type { Static } from 'typebox';
import { orNull } from './fields.ts';

/** The schema of what `resume` prints. */
export function resumedSchema() {
  return Type.Object({ resumed: orNull(Type.String(), 'the agent; null: everything') });
}

/** The document of `resume`. */
export type ResumedJson = Static<ReturnType<typeof resumedSchema>>;

/** The document of a pause that was ended. */
export function resumedJson(agentId: string | undefined): ResumedJson {
  return { resumed: agentId ?? null };
}
