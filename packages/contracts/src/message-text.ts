import { ENVELOPE_FIELDS } from './envelope.ts';
import { setField, tooLarge } from './json-value.ts';

/**
 * A valid message as the text of its file: two-space indentation, the envelope first in a fixed order, a final newline.
 *
 * @throws MessageError ERR_MESSAGE_TOO_LARGE
 */
export function messageText(message: object, maxBytes: number): string {
  if (isInOrder(message)) return jsonText(message, maxBytes);
  const ordered: Record<string, unknown> = {};
  const fields = new Map<string, unknown>(Object.entries(message));
  for (const field of ENVELOPE_FIELDS) if (fields.has(field)) ordered[field] = fields.get(field);
  for (const [field, value] of fields) if (!Object.hasOwn(ordered, field)) setField(ordered, field, value);
  return jsonText(ordered, maxBytes);
}

/** Whether the envelope comes first already, and in its order, as in all that was built or read here. */
function isInOrder(message: object): boolean {
  const fields = Object.keys(message);
  let next = 0;
  for (const field of ENVELOPE_FIELDS) {
    if (fields[next] === field) next += 1;
    else if (Object.hasOwn(message, field)) return false;
  }
  return true;
}

/**
 * A JSON value as text with two-space indentation and a final newline.
 *
 * @throws MessageError ERR_MESSAGE_TOO_LARGE
 */
export function jsonText(value: unknown, maxBytes: number): string {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  // A UTF-16 unit takes three bytes at most: what is small is so without being counted.
  const bytes = text.length * 3 <= maxBytes ? 0 : byteLength(text);
  if (bytes > maxBytes) throw tooLarge(`${bytes} bytes`, maxBytes);
  return text;
}

const encoder = new TextEncoder();

/** The bytes of a text in UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}
