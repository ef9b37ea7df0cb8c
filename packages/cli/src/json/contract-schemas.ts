import { Type } from 'typebox';
import type { TUnsafe } from 'typebox';
import type { DeadLetterReason, Failure, Message } from '@tapps-agents/contracts';

/*
 * Schemas in this folder are functions, so that neither they nor TypeBox reach the program that is built: it only makes
 * documents, and leaves validating them to tests and readers.
 */

/** The schema of the file beside a dead letter, which contracts publishes under this name. */
export const REASON_REF = 'urn:tapps-agents:schema:1.0:dead_letter_reason';

/** One failed delivery in the history of a reason. */
export const FAILURE_REF = `${REASON_REF}#/properties/history/items`;

/** The envelope of a message, beside which its type's own fields stand. */
export const MESSAGE_REF = 'urn:tapps-agents:schema:1.0:envelope';

/** Why a message died, as in the file beside it. */
export function reasonSchema(): TUnsafe<DeadLetterReason> {
  return Type.Unsafe<DeadLetterReason>({ $ref: REASON_REF });
}

/** One failed delivery. */
export function failureSchema(): TUnsafe<Failure> {
  return Type.Unsafe<Failure>({ $ref: FAILURE_REF });
}

/** A message as its file has it. */
export function messageContentSchema(): TUnsafe<Message> {
  return Type.Unsafe<Message>({ $ref: MESSAGE_REF });
}
