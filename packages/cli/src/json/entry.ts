import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { Entry } from '@tapps-agents/queue';
import { boxJson, boxSchema } from './box.ts';
import { countSchema, momentSchema, orNull } from './fields.ts';

/** What is known of a message in some state without reading it. */
export function entryFields() {
  return {
    message_id: orNull(Type.String(), 'null where only the content tells it'),
    message_type: Type.String({ description: 'empty where only the content tells it' }),
    entry_id: Type.String({ description: 'this incarnation of the message; never used again' }),
    state: Type.Enum(['ready', 'leased', 'dead', 'processed']),
    box: boxSchema(),
    priority: Type.Enum(['high', 'medium', 'low']),
    created_at: momentSchema('when the message was created, by its own account'),
    ready_at: orNull(momentSchema('not before')),
    expires_at: orNull(momentSchema('not after')),
    deliveries: countSchema('times it was handed to a handler'),
    failures: countSchema('deliveries whose handler failed'),
    releases: countSchema('deliveries that were handed back without blame'),
    run: countSchema('0, or the number of the forced run'),
  };
}

/** The schema of a message in some state. */
export function entrySchema() {
  return Type.Object(entryFields());
}

/** A message in some state. */
export type EntryJson = Static<ReturnType<typeof entrySchema>>;

/** An entry as JSON has it. */
export function entryJson(entry: Entry): EntryJson {
  return {
    message_id: entry.messageId,
    message_type: entry.messageType,
    entry_id: entry.entryId,
    state: entry.state,
    box: boxJson(entry.box),
    priority: entry.priority,
    created_at: new Date(entry.createdAt_ms).toISOString(),
    ready_at: entry.readyAt_ms === null ? null : new Date(entry.readyAt_ms).toISOString(),
    expires_at: entry.expiresAt_ms === null ? null : new Date(entry.expiresAt_ms).toISOString(),
    deliveries: entry.deliveries,
    failures: entry.failures,
    releases: entry.releases,
    run: entry.run,
  };
}
