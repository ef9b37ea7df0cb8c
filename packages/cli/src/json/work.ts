import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { MessageEvent } from '@tapps-agents/queue';
import { countSchema, orNull } from './fields.ts';

/** The schema of a line of `work`: what became of one delivery. */
export function workEventSchema() {
  return Type.Object({
    event: Type.Enum([
      'acked',
      'duplicate',
      'retried',
      'snoozed',
      'returned',
      'quarantined',
      'recovered',
      'lease_lost',
    ]),
    message_id: orNull(Type.String()),
    message_type: Type.String(),
    delivery: countSchema('which delivery of the message'),
    detail: orNull(Type.String(), 'why, where there is a why'),
  });
}

/** A line of `work`. */
export type WorkEventJson = Static<ReturnType<typeof workEventSchema>>;

/** The document of what became of one delivery. */
export function workEventJson(
  event: WorkEventJson['event'],
  { messageId, messageType, deliveries }: MessageEvent,
  detail: string | null,
): WorkEventJson {
  return { event, message_id: messageId, message_type: messageType, delivery: deliveries, detail };
}
