import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { Delivery } from '@tapps-agents/queue';
import { countSchema, orNull } from './fields.ts';

/** The schema of what `ack`, `retry`, `reject`, `snooze` and `renew` print. */
export function settledSchema() {
  return Type.Object({
    outcome: Type.Enum(['acked', 'retried', 'dead', 'snoozed', 'renewed'], {
      description: '`dead`: rejected, or it has failed too often to be tried again',
    }),
    handle: Type.String(),
    message_id: Type.String(),
    message_type: Type.String(),
    delivery: countSchema('which delivery of the message'),
    detail: orNull(Type.String(), 'why it is dead'),
  });
}

/** What `ack`, `retry`, `reject`, `snooze` and `renew` print. */
export type SettledJson = Static<ReturnType<typeof settledSchema>>;

/** The document of what became of a delivery. */
export function settledJson(
  outcome: SettledJson['outcome'],
  { entryId, deliveries, message }: Delivery,
  detail: string | null,
): SettledJson {
  const { message_id, message_type } = message;
  return { outcome, handle: entryId, message_id, message_type, delivery: deliveries, detail };
}
