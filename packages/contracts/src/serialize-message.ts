import { conforms } from './check-schema.ts';
import { describeValue } from './describe-value.ts';
import { EnvelopeSchema } from './envelope.ts';
import type { Message } from './envelope.ts';
import { copyJson } from './json-value.ts';
import { isObject } from './json-schema.ts';
import { knownTypes } from './known-types.ts';
import { limitsOf } from './limit-options.ts';
import type { LimitOptions } from './limit-options.ts';
import type { MessageDefinition } from './message-definition.ts';
import { invalidMessage, subjectOf } from './message-error.ts';
import { messageText } from './message-text.ts';
import { unknownType } from './parse-message.ts';
import { peekFields } from './peeked-envelope.ts';

/** Options of {@link serializeMessage}. */
export interface SerializeOptions extends LimitOptions {
  /** Message types beside the built-in ones. The array is indexed once: do not change it afterwards. */
  readonly definitions?: readonly MessageDefinition[] | undefined;
  /** For passing on what was read: unknown fields are kept instead of refused, and a newer minor and `+00:00` in created_at are allowed. */
  readonly preserveUnknown?: boolean | undefined;
}

/**
 * A message as the text of its file: JSON with two-space indentation, the envelope first in a fixed order, a final newline.
 *
 * Validates strictly first, so that every reader of this version accepts the text, also one that forbids unknown fields.
 *
 * @throws MessageError ERR_INVALID_MESSAGE, ERR_UNKNOWN_MESSAGE_TYPE, ERR_MESSAGE_TOO_LARGE, ERR_MESSAGE_TOO_DEEP
 */
export function serializeMessage(message: Message, options: SerializeOptions = {}): string {
  const types = knownTypes(options.definitions);
  const limits = limitsOf(options);
  const { value, faults } = copyJson(message, limits);
  if (!isObject(value)) {
    faults.add({ pointer: '', expected: 'a message', found: describeValue(value) });
    throw invalidMessage('message', faults);
  }
  const type = value['message_type'];
  const definition = typeof type === 'string' ? types.get(type) : undefined;
  // The envelope alone is checked as tolerantly as when reading: the fields of an unknown type are not its faults.
  const strictness = definition === undefined || options.preserveUnknown === true ? 'reading' : 'writing';
  if (!conforms<Message>(definition?.schema ?? EnvelopeSchema, value, strictness, faults)) {
    const envelope = peekFields(value);
    throw invalidMessage(subjectOf(definition?.type, envelope), faults, envelope);
  }
  if (definition === undefined) throw unknownType(String(type), types, value);
  return messageText(value, limits.maxBytes);
}
