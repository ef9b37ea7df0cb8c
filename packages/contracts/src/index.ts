export { Type } from 'typebox';
export type { Static, TObject, TProperties, TSchema } from 'typebox';

export * from './limits.ts';
export { SCHEMA_VERSION } from './schema-version.ts';

export { EnvelopeSchema } from './envelope.ts';
export type { Envelope, Message } from './envelope.ts';
export { InputsSchema, PRIORITIES, RetryPolicySchema, taskAssignment } from './task-assignment.ts';
export type { Inputs, Priority, RetryPolicy, TaskAssignment } from './task-assignment.ts';
export { statusUpdate } from './status-update.ts';
export type { StatusUpdate } from './status-update.ts';
export { ResultsSchema, taskComplete } from './task-complete.ts';
export type { Results, TaskComplete } from './task-complete.ts';
export type { BuiltInMessage } from './built-in-types.ts';

export { defineMessage } from './define-message.ts';
export type {
  BuildOptions,
  DefinedMessage,
  MessageDefinition,
  MessageInput,
  MessageOf,
} from './message-definition.ts';
export { withDefault } from './with-default.ts';
export type { WithDefault } from './with-default.ts';
export { IdSchema, TimestampSchema } from './field-schemas.ts';

export { parseMessage, tryParseMessage } from './parse-message.ts';
export type { ParsedMessage, ParseOptions, ParseResult } from './parse-message.ts';
export { serializeMessage } from './serialize-message.ts';
export type { SerializeOptions } from './serialize-message.ts';
export type { LimitOptions } from './limit-options.ts';
export { peekEnvelope } from './peek-envelope.ts';
export type { PeekedEnvelope } from './peeked-envelope.ts';
export type { Upcaster } from './upcaster.ts';

export { MessageError } from './message-error.ts';
export type { MessageErrorCode } from './message-error.ts';
export { FaultSchema } from './fault.ts';
export type { Fault } from './fault.ts';
export { REASON_CODES } from './reason-code.ts';
export type { ReasonCode } from './reason-code.ts';

export { DeadLetterReasonSchema, FailureSchema } from './dead-letter-reason.ts';
export type { DeadLetterReason, Failure } from './dead-letter-reason.ts';
export {
  clipDeadLetterReason,
  clipFailure,
  parseDeadLetterReason,
  parseFailure,
  serializeDeadLetterReason,
} from './dead-letter-file.ts';

export { newMessageId } from './message-id.ts';
export { metadataCausedBy } from './metadata.ts';
export type { MetadataConventions } from './metadata.ts';
