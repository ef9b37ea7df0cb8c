import { conforms } from './check-schema.ts';
import { DeadLetterReasonSchema, FailureSchema, REASON_VERSION } from './dead-letter-reason.ts';
import type { DeadLetterReason, Failure } from './dead-letter-reason.ts';
import { describeValue } from './describe-value.ts';
import { shorten } from './fault.ts';
import { fillDefaults } from './fill-defaults.ts';
import { copyJson } from './json-value.ts';
import type { JsonLimits } from './json-value.ts';
import { isObject } from './json-schema.ts';
import {
  MAX_DEAD_LETTER_REASON_BYTES,
  MAX_ERROR_MESSAGE_CHARACTERS,
  MAX_ERROR_STACK_CHARACTERS,
  MAX_FAILURES,
  MAX_MESSAGE_DEPTH,
  MAX_REASON_CHARACTERS,
  MAX_SHORT_TEXT_CHARACTERS,
} from './limits.ts';
import { invalidMessage, MessageError } from './message-error.ts';
import { jsonText } from './message-text.ts';
import { readJson } from './read-json.ts';
import { CURRENT_MAJOR, majorOf } from './schema-version.ts';

const LIMITS: JsonLimits = { maxBytes: MAX_DEAD_LETTER_REASON_BYTES, maxDepth: MAX_MESSAGE_DEPTH };

/**
 * Reads a dead-letter reason from bytes, JSON text or a parsed value. Unknown fields are ignored and preserved, missing
 * optional ones get their defaults.
 *
 * @throws MessageError with the codes of `parseMessage`
 */
export function parseDeadLetterReason(input: unknown): DeadLetterReason {
  const { value, faults } = readJson(input, LIMITS);
  if (!isObject(value)) {
    faults.add({ pointer: '', expected: 'a JSON object', found: describeValue(value) });
    throw invalidMessage('dead-letter reason', faults);
  }
  const major = majorOf(value['reason_version']);
  if (major !== null && major !== CURRENT_MAJOR) {
    throw new MessageError(
      'ERR_UNSUPPORTED_VERSION',
      `The dead-letter reason has reason_version ${describeValue(value['reason_version'])}; this package reads ${CURRENT_MAJOR}.x. Upgrade it.`,
    );
  }
  const reason = fillDefaults(DeadLetterReasonSchema, value);
  if (conforms<DeadLetterReason>(DeadLetterReasonSchema, reason, 'reading', faults)) return reason;
  throw invalidMessage('dead-letter reason', faults);
}

/**
 * Reads one failed delivery, as it is kept until it becomes a part of a reason's history, from bytes, JSON text or a parsed
 * value. Unknown fields are dropped, so that what was read can be written into a reason; missing optional ones get defaults.
 *
 * @throws MessageError with the codes of `parseMessage`
 */
export function parseFailure(input: unknown): Failure {
  const { value, faults } = readJson(input, LIMITS);
  const failure = fillDefaults(FailureSchema, value);
  if (conforms<Failure>(FailureSchema, failure, 'reading', faults)) return clipFailure(failure);
  throw invalidMessage('failure', faults);
}

/**
 * A dead-letter reason as the text of its file: JSON with two-space indentation and a final newline. Validates strictly;
 * `clipDeadLetterReason` first makes sure that what handlers threw fits.
 *
 * @throws MessageError ERR_INVALID_MESSAGE, ERR_MESSAGE_TOO_LARGE
 */
export function serializeDeadLetterReason(reason: DeadLetterReason): string {
  const { value, faults } = copyJson(reason, LIMITS);
  if (!conforms<DeadLetterReason>(DeadLetterReasonSchema, value, 'writing', faults)) {
    throw invalidMessage('dead-letter reason', faults);
  }
  return jsonText(value, LIMITS.maxBytes);
}

/**
 * The same reason with every free text and the history cut to the bounds of the contract, and the current version: what a
 * handler throws has no bounds of its own. Of a long history the first failure and the latest ones remain.
 */
export function clipDeadLetterReason(reason: Omit<DeadLetterReason, 'reason_version'>): DeadLetterReason {
  const { history } = reason;
  const kept =
    history.length <= MAX_FAILURES ? history : [...history.slice(0, 1), ...history.slice(1 - MAX_FAILURES)];
  return {
    ...reason,
    reason_version: REASON_VERSION,
    reason: shorten(reason.reason, MAX_REASON_CHARACTERS),
    history: kept.map(clipFailure),
  };
}

/** The same failure with its texts cut to the bounds of the contract, and without fields that the contract does not name. */
export function clipFailure(failure: Failure): Failure {
  const { kind, delivery, at, agent_id, owner, pid, host } = failure;
  const { name, message, code, stack } = failure.error;
  return {
    kind,
    delivery,
    at: at.replace('+00:00', 'Z'), // As it is read, not as it is written.
    agent_id,
    owner,
    pid,
    host,
    error: {
      name: shorten(name, MAX_SHORT_TEXT_CHARACTERS),
      message: shorten(message, MAX_ERROR_MESSAGE_CHARACTERS),
      code: code === null ? null : shorten(code, MAX_SHORT_TEXT_CHARACTERS),
      stack: stack === null ? null : shorten(stack, MAX_ERROR_STACK_CHARACTERS),
    },
  };
}
