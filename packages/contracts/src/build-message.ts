import type { TObject } from 'typebox';
import { conforms } from './check-schema.ts';
import type { Message } from './envelope.ts';
import { fillDefaults } from './fill-defaults.ts';
import { copyJson } from './json-value.ts';
import { isObject } from './json-schema.ts';
import { MAX_MESSAGE_BYTES, MAX_MESSAGE_DEPTH } from './limits.ts';
import type { BuildOptions } from './message-definition.ts';
import { invalidDefinition, invalidMessage, MessageError } from './message-error.ts';
import { newMessageId } from './message-id.ts';
import { messageText } from './message-text.ts';
import { peekFields } from './peeked-envelope.ts';
import { SCHEMA_VERSION } from './schema-version.ts';

/** 9999-12-31T23:59:59.999Z: later years do not fit into an RFC 3339 time. */
const LAST_TIME_MS = 253_402_300_799_999;

/**
 * Builds a message of a type: completes the input, then validates it as strictly as writing demands.
 *
 * The result shares nothing with the input.
 *
 * @throws MessageError ERR_INVALID_MESSAGE, ERR_MESSAGE_TOO_LARGE, ERR_MESSAGE_TOO_DEEP
 */
export function buildMessage(
  type: string,
  schema: TObject,
  input: unknown,
  options: BuildOptions = {},
): Message {
  const { value: given, faults } = copyJson(input, {
    maxBytes: MAX_MESSAGE_BYTES,
    maxDepth: MAX_MESSAGE_DEPTH,
  });
  if (!isObject(given)) {
    throw new MessageError(
      'ERR_INVALID_MESSAGE',
      `The builder of ${type} takes an object with the fields of the message.`,
    );
  }
  for (const field of ['schema_version', 'message_type']) {
    if (!Object.hasOwn(given, field)) continue;
    faults.add({ pointer: `/${field}`, expected: 'left out (the builder fills it in)', found: 'a value' });
  }
  const now_ms = readClock(options);
  const message = fillDefaults(schema, {
    message_id: newMessageId(now_ms),
    created_at: new Date(now_ms).toISOString(),
    ...given,
    schema_version: SCHEMA_VERSION,
    message_type: type,
  });
  if (!conforms<Message>(schema, message, 'writing', faults))
    throw invalidMessage(type, faults, peekFields(message));
  // What is built must also fit when it is written, indentation included.
  messageText(message, MAX_MESSAGE_BYTES);
  return message;
}

function readClock({ now = Date.now }: BuildOptions): number {
  const now_ms = now();
  if (now_ms >= 0 && now_ms <= LAST_TIME_MS) return now_ms;
  throw invalidDefinition(
    `The clock given as now returned ${now_ms}. It must return milliseconds from 1970 to the year 9999.`,
  );
}
