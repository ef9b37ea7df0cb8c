import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { Pause } from '@tapps-agents/queue';
import { orNull } from './fields.ts';

/** The schema of a pause that is in force. */
export function pauseSchema() {
  return Type.Object({
    agent: orNull(Type.String(), 'null: everything'),
    paused_at: Type.String({ description: 'RFC 3339, or what the file has instead' }),
    paused_by: orNull(Type.String()),
    note: orNull(Type.String()),
  });
}

/** A pause that is in force. */
export type PauseJson = Static<ReturnType<typeof pauseSchema>>;

/** A pause as JSON has it. */
export function pauseJson({ agentId, pausedAt, pausedBy, note }: Pause): PauseJson {
  return { agent: agentId, paused_at: pausedAt, paused_by: pausedBy, note };
}

/** The schema of what `pause` prints. */
export function pausedSchema() {
  return Type.Object({ paused: orNull(Type.String(), 'the agent; null: everything') });
}

/** The document of `pause`. */
export type PausedJson = Static<ReturnType<typeof pausedSchema>>;

/** The document of a pause that was made. */
export function pausedJson(agentId: string | undefined): PausedJson {
  return { paused: agentId ?? null };
}
