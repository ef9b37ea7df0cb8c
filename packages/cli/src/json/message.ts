import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { MessageReport } from '@tapps-agents/queue';
import { historyOf } from '../history/history.ts';
import { failureSchema, messageContentSchema, reasonSchema } from './contract-schemas.ts';
import { entryFields, entryJson } from './entry.ts';
import { timelineOf } from '../history/timeline.ts';
import { wrongReasonFields } from './dlq.ts';
import { countSchema, orNull } from './fields.ts';
import { holderJson, holderSchema } from './holder.ts';

/** The schema of one thing that happened to a message. */
function timelineEventSchema() {
  return Type.Object({
    event: Type.Enum([
      'created',
      'failed',
      'died',
      'replayed',
      'finished',
      'handed_back',
      'delivered',
      'leased',
      'waiting',
      'delayed',
    ]),
    at: orNull(
      Type.String(),
      'RFC 3339; null where nobody wrote down when: the text says what is known of it',
    ),
    text: Type.String({ description: 'what happened, in words' }),
    delivery: orNull(countSchema('in which delivery')),
    failure: orNull(failureSchema(), 'what went wrong in it'),
    by: orNull(
      Type.String(),
      'who did it: the operator of a replay, the process that handed a delivery back',
    ),
    operation: orNull(Type.String(), 'in which operation; see `replay --log`'),
  });
}

/** The schema of a line of `inspect ID` and `dlq show ID`: one for each copy of the message. */
export function messageSchema() {
  return Type.Object({
    ...entryFields(),
    location: Type.String({ description: 'its file' }),
    holder: orNull(holderSchema(), 'who holds it, where it is leased'),
    reason: orNull(reasonSchema(), 'why it died, where it is dead and its reason can be read'),
    ...wrongReasonFields(),
    history: Type.Array(failureSchema(), { description: 'the failures so far, the oldest first' }),
    timeline: Type.Array(timelineEventSchema(), {
      description: 'what happened to it, from its creation to now',
    }),
    message: orNull(messageContentSchema(), 'null where it is no valid message'),
    content: orNull(Type.String(), 'the text of what is no valid message'),
    content_fault: orNull(Type.String(), 'why its content cannot be read'),
  });
}

/** A line of `inspect ID` and `dlq show ID`. */
export type MessageJson = Static<ReturnType<typeof messageSchema>>;

/** The document of one message. */
export function messageJson(report: MessageReport): MessageJson {
  const {
    entry,
    location,
    holder,
    reason,
    reasonFault = null,
    reasonDamage = null,
    message,
    raw,
    contentFault = null,
  } = report;
  return {
    ...entryJson(entry),
    location,
    holder: holder === null ? null : holderJson(holder),
    reason,
    reason_fault: reasonFault,
    reason_damage: reasonDamage,
    history: [...historyOf(report)],
    timeline: [...timelineOf(report)],
    message,
    content: message === null && contentFault === null ? raw : null,
    content_fault: contentFault,
  };
}
