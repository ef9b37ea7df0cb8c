import { Type } from 'typebox';
import type { Static } from 'typebox';
import { FaultSchema } from './fault.ts';
import { IdSchema, integerFrom, nullable, SchemaVersionSchema, TimestampSchema } from './field-schemas.ts';
import {
  MAX_ERROR_MESSAGE_CHARACTERS,
  MAX_ERROR_STACK_CHARACTERS,
  MAX_FAILURES,
  MAX_FAULTS,
  MAX_REASON_CHARACTERS,
  MAX_SHORT_TEXT_CHARACTERS,
} from './limits.ts';
import { REASON_CODES } from './reason-code.ts';
import { withDefault } from './with-default.ts';

/** The version of the dead-letter reason that this package writes. */
export const REASON_VERSION = '1.0';

const ShortText = Type.String({ maxLength: MAX_SHORT_TEXT_CHARACTERS });
const Absent = {
  nullId: withDefault(nullable(IdSchema), null),
  nullText: withDefault(nullable(ShortText), null),
};
const ProcessId = withDefault(nullable(integerFrom(0)), null);

/** The schema of one failed delivery. */
export const FailureSchema = Type.Object({
  kind: Type.Enum(['failed', 'timed_out', 'lost', 'rejected']),
  delivery: integerFrom(0),
  at: TimestampSchema,
  agent_id: Absent.nullId,
  owner: Absent.nullText,
  pid: ProcessId,
  host: Absent.nullText,
  error: Type.Object({
    name: ShortText,
    message: Type.String({ maxLength: MAX_ERROR_MESSAGE_CHARACTERS }),
    code: Absent.nullText,
    stack: withDefault(nullable(Type.String({ maxLength: MAX_ERROR_STACK_CHARACTERS })), null),
  }),
});

/**
 * One failed delivery: `failed` (the handler threw), `timed_out` (it took too long), `lost` (its process went away) or
 * `rejected` (it said that the message can never be handled).
 */
export type Failure = Static<typeof FailureSchema>;

/** The schema of the file that stands beside a quarantined message. */
export const DeadLetterReasonSchema = Type.Object(
  {
    reason_version: SchemaVersionSchema,
    code: Type.Enum([...REASON_CODES]),
    reason: Type.String({
      minLength: 1,
      maxLength: MAX_REASON_CHARACTERS,
      description: 'A sentence for people: what is wrong and what to do next.',
    }),
    details: withDefault(Type.Array(FaultSchema, { maxItems: MAX_FAULTS }), []),
    message: Type.Object({
      message_id: Absent.nullId,
      message_type: Absent.nullId,
      workflow_id: Absent.nullId,
      task_id: Absent.nullId,
    }),
    origin: Type.Object({
      box: Type.Enum(['inbox', 'outbox']),
      agent_id: IdSchema,
      file: ShortText,
    }),
    quarantined_at: TimestampSchema,
    quarantined_by: Type.Object({
      agent_id: Absent.nullId,
      owner: Absent.nullText,
      pid: ProcessId,
      host: Absent.nullText,
    }),
    deliveries: withDefault(integerFrom(0), 0),
    failures: withDefault(integerFrom(0), 0),
    replays: withDefault(integerFrom(0), 0),
    expires_at: withDefault(nullable(TimestampSchema), null),
    history: withDefault(Type.Array(FailureSchema, { maxItems: MAX_FAILURES }), []),
  },
  {
    title: 'dead_letter_reason',
    description: 'Why a message is quarantined; stands beside the message, which is untouched.',
  },
);

/** Why a message is quarantined, where it came from, who tried, and how each attempt failed. */
export type DeadLetterReason = Static<typeof DeadLetterReasonSchema>;
