import { Type } from 'typebox';
import type { TSchema } from 'typebox';
import {
  anyObject,
  IdSchema,
  MessageTypeSchema,
  nullable,
  SchemaVersionSchema,
  TimestampSchema,
} from './field-schemas.ts';
import { withDefault } from './with-default.ts';

/** The fields of every message, in the order in which they are written, around a schema for its message type. */
export function envelopeFields<MessageType extends TSchema>(message_type: MessageType) {
  return {
    schema_version: SchemaVersionSchema,
    message_type,
    message_id: IdSchema,
    workflow_id: IdSchema,
    task_id: IdSchema,
    agent_id: IdSchema,
    created_at: TimestampSchema,
    idempotency_key: withDefault(nullable(Type.String()), null),
    metadata: withDefault(anyObject(), {}),
  };
}

/** The schema of what every message has, whatever its type. */
export const EnvelopeSchema = Type.Object(envelopeFields(MessageTypeSchema), {
  title: 'envelope',
  description: 'The fields that every message has, whatever its type.',
});

/**
 * What every message has, whatever its type.
 *
 * `agent_id` is who wrote it; `created_at` is RFC 3339 in UTC; `metadata` is free for users, save for the conventions in
 * metadata.ts.
 */
export interface Envelope {
  schema_version: string;
  message_type: string;
  message_id: string;
  workflow_id: string;
  task_id: string;
  agent_id: string;
  created_at: string;
  idempotency_key: string | null;
  metadata: Record<string, unknown>;
}

/** Any message: an envelope, and beside it the fields of its type. */
export type Message = Envelope;

/** The names of the envelope's fields, in the order in which they are written. */
export const ENVELOPE_FIELDS: readonly string[] = Object.keys(EnvelopeSchema.properties);
