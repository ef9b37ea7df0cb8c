import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { Delivery } from '@tapps-agents/queue';
import { messageContentSchema } from './contract-schemas.ts';
import { countSchema, durationSchema } from './fields.ts';

/** The schema of a line of `receive`. */
export function receivedSchema() {
  return Type.Object({
    handle: Type.String({ description: 'names this delivery, for ack, retry, reject, snooze and renew' }),
    lease_ms: durationSchema('how long it is held, unless it is renewed'),
    delivery: countSchema('which delivery of the message'),
    failures: countSchema('how often it failed before'),
    message: messageContentSchema(),
  });
}

/** A line of `receive`. */
export type ReceivedJson = Static<ReturnType<typeof receivedSchema>>;

/** The document of one message that was taken by hand. */
export function receivedJson(
  { entryId, deliveries, failures, message }: Delivery,
  lease_ms: number,
): ReceivedJson {
  return { handle: entryId, lease_ms, delivery: deliveries, failures, message };
}
