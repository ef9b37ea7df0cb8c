import { Check } from 'typebox/schema';
import { IdSchema, MessageTypeSchema, TimestampSchema } from './field-schemas.ts';
import { isObject } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

/** What could be read of an envelope, and of the priority; null where it is missing or malformed. */
export interface PeekedEnvelope {
  readonly message_id: string | null;
  readonly message_type: string | null;
  readonly workflow_id: string | null;
  readonly task_id: string | null;
  readonly agent_id: string | null;
  readonly created_at: string | null;
  readonly priority: string | null;
}

const PRIORITY: JsonSchema = { enum: ['low', 'medium', 'high'] };

/** Reads what it can of the envelope of a parsed value that may be anything; never throws. */
export function peekFields(value: unknown): PeekedEnvelope {
  return {
    message_id: peekField(value, 'message_id', IdSchema),
    message_type: peekField(value, 'message_type', MessageTypeSchema),
    workflow_id: peekField(value, 'workflow_id', IdSchema),
    task_id: peekField(value, 'task_id', IdSchema),
    agent_id: peekField(value, 'agent_id', IdSchema),
    created_at: peekField(value, 'created_at', TimestampSchema),
    priority: peekField(value, 'priority', PRIORITY),
  };
}

function peekField(value: unknown, name: string, schema: JsonSchema): string | null {
  try {
    if (!isObject(value) || !Object.hasOwn(value, name)) return null;
    const found: unknown = value[name];
    return typeof found === 'string' && Check(schema, found) ? found : null;
  } catch {
    // A getter or a proxy that throws: there is nothing to read here.
    return null;
  }
}
