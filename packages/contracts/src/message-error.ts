import { describeValue, printable } from './describe-value.ts';
import type { Fault, FaultList } from './fault.ts';
import type { PeekedEnvelope } from './peeked-envelope.ts';
import type { ReasonCode } from './reason-code.ts';

/** What went wrong, as a code that never changes its meaning. */
export type MessageErrorCode =
  | 'ERR_MESSAGE_TOO_LARGE'
  | 'ERR_MESSAGE_NOT_UTF8'
  | 'ERR_MESSAGE_NOT_JSON'
  | 'ERR_MESSAGE_TOO_DEEP'
  | 'ERR_INVALID_MESSAGE'
  | 'ERR_UNSUPPORTED_VERSION'
  | 'ERR_UNKNOWN_MESSAGE_TYPE'
  | 'ERR_INVALID_DEFINITION';

const REASONS: Readonly<Record<MessageErrorCode, ReasonCode>> = {
  ERR_MESSAGE_TOO_LARGE: 'too_large',
  ERR_MESSAGE_NOT_UTF8: 'not_utf8',
  ERR_MESSAGE_NOT_JSON: 'not_json',
  ERR_MESSAGE_TOO_DEEP: 'too_deep',
  ERR_INVALID_MESSAGE: 'invalid_schema',
  ERR_UNSUPPORTED_VERSION: 'unsupported_version',
  ERR_UNKNOWN_MESSAGE_TYPE: 'unknown_type',
  ERR_INVALID_DEFINITION: 'invalid_schema',
};

/** What a {@link MessageError} carries beside its code and its words. */
export interface MessageErrorDetails {
  readonly faults?: FaultList | undefined;
  readonly envelope?: PeekedEnvelope | undefined;
  readonly cause?: unknown;
}

/**
 * The one error of this package: a message that cannot be read or written, or a definition that cannot be used.
 *
 * - `code` says what kind of failure it is; `reason` is the matching code for a dead-letter reason.
 * - `faults` lists every fault found, at most 100 or `maxFaults`; `faultsOmitted` counts those beyond.
 * - `envelope` holds the ids that could be read all the same, each a string or null.
 */
export class MessageError extends Error {
  override readonly name = 'MessageError';
  readonly code: MessageErrorCode;
  readonly reason: ReasonCode;
  readonly faults: readonly Fault[];
  readonly faultsOmitted: number;
  readonly envelope: PeekedEnvelope;

  constructor(code: MessageErrorCode, message: string, details: MessageErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.reason = REASONS[code];
    this.faults = details.faults?.faults ?? [];
    this.faultsOmitted = details.faults?.omitted ?? 0;
    this.envelope = details.envelope ?? NOTHING_PEEKED;
  }
}

const NOTHING_PEEKED: PeekedEnvelope = Object.freeze({
  message_id: null,
  message_type: null,
  workflow_id: null,
  task_id: null,
  agent_id: null,
  created_at: null,
  priority: null,
});

/** How many faults the words of an error name; the others are in `faults`. */
const FAULTS_IN_WORDS = 3;

/** How an error names a message that was given to it: by type and id, as far as known. */
export function subjectOf(type: string | undefined, { message_id }: PeekedEnvelope): string {
  return `${type ?? 'message'}${message_id === null ? '' : ` ${describeValue(message_id)}`}`;
}

/** The error for something that was read as JSON but is not what it should be. */
export function invalidMessage(subject: string, faults: FaultList, envelope?: PeekedEnvelope): MessageError {
  const words = faults.faults.slice(0, FAULTS_IN_WORDS).map(({ pointer, expected, found }) =>
    // A pointer holds keys as they came, so that programs find the place; people's terminals and logs do not get them raw.
    printable(`${pointer || 'the whole'} must be ${expected}, found ${found}`),
  );
  const more = faults.total - words.length;
  if (more > 0) words.push(`and ${more} more`);
  return new MessageError(
    'ERR_INVALID_MESSAGE',
    `Invalid ${subject}: ${words.join('; ')}. Correct it and send it again.`,
    {
      faults,
      envelope,
    },
  );
}

/** The error for wrong use of this package by a program, thrown at once. */
export function invalidDefinition(message: string, cause?: unknown): MessageError {
  return new MessageError('ERR_INVALID_DEFINITION', message, { cause });
}
