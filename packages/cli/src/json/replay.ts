import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { ReplayStep } from '@tapps-agents/queue';
import { boxJson, boxSchema } from './box.ts';
import { orNull } from './fields.ts';

/** The schema of a line of `replay`. */
export function replayStepSchema() {
  return Type.Object({
    message_id: orNull(Type.String()),
    message_type: Type.String({ description: 'empty where only the content tells it' }),
    entry_id: Type.String(),
    to: boxSchema('where it goes'),
    outcome: Type.Enum(['replay', 'replayed', 'skip_processed', 'will_fail', 'unedited', 'gone'], {
      description: '`replay`: would be; `gone`: somebody else was first',
    }),
    detail: Type.String({ description: 'why, in a sentence' }),
    reason_code: orNull(Type.String(), 'why it had died'),
  });
}

/** A line of `replay`. */
export type ReplayStepJson = Static<ReturnType<typeof replayStepSchema>>;

/** The document of one step of a replay. */
export function replayStepJson({
  entry,
  messageId,
  reason,
  to,
  outcome,
  detail,
}: ReplayStep): ReplayStepJson {
  return {
    message_id: messageId,
    message_type: entry.messageType,
    entry_id: entry.entryId,
    to: boxJson(to),
    outcome,
    detail,
    reason_code: reason?.code ?? null,
  };
}
