import { printable } from './describe-value.ts';
import { FaultList } from './fault.ts';
import { copyJson, ownJson, tooLarge } from './json-value.ts';
import type { JsonCopy, JsonLimits } from './json-value.ts';
import { MessageError } from './message-error.ts';
import { byteLength } from './message-text.ts';

/**
 * Reads bytes, JSON text or an already parsed value into a private copy that holds nothing but JSON.
 *
 * Bytes: the size is checked before anything is decoded, then UTF-8 (a byte order mark is skipped), then JSON. What JSON text
 * can smuggle in (`1e999` reads as Infinity, `__proto__`, endless nesting) is handled like in a parsed value.
 *
 * @throws MessageError ERR_MESSAGE_TOO_LARGE, ERR_MESSAGE_NOT_UTF8, ERR_MESSAGE_NOT_JSON, ERR_MESSAGE_TOO_DEEP
 */
export function readJson(input: unknown, limits: JsonLimits): JsonCopy {
  const value = parsedValue(input, limits.maxBytes);
  return typeof input === 'string' || isBytes(input) ? ownJson(value, limits) : copyJson(value, limits);
}

/** The value that bytes or text stand for; any other value is already parsed. Same errors as {@link readJson}. */
export function parsedValue(input: unknown, maxBytes: number): unknown {
  if (isBytes(input)) {
    if (input.byteLength > maxBytes) throw tooLarge(`${input.byteLength} bytes`, maxBytes);
    return parseText(decode(input));
  }
  if (typeof input !== 'string') return input;
  // A string has at most as many UTF-16 units as its UTF-8 has bytes: a huge one is refused without encoding it.
  const bytes = input.length > maxBytes ? input.length : byteLength(input);
  if (bytes > maxBytes) throw tooLarge(`at least ${bytes} bytes`, maxBytes);
  return parseText(input.startsWith('\uFEFF') ? input.slice(1) : input);
}

/** Whether a value is a Uint8Array, also one of another realm. */
function isBytes(input: unknown): input is Uint8Array {
  return ArrayBuffer.isView(input) && Object.prototype.toString.call(input) === '[object Uint8Array]';
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    const message = 'The message is not valid UTF-8. Write it as UTF-8, with or without a byte order mark.';
    throw new MessageError('ERR_MESSAGE_NOT_UTF8', message, {
      faults: wholeIs('text in UTF-8', 'invalid bytes'),
      cause,
    });
  }
}

function parseText(text: string): unknown {
  if (text.trim() === '') {
    const faults = wholeIs('a JSON object', 'nothing');
    throw new MessageError('ERR_MESSAGE_NOT_JSON', 'The message is empty. A message is one JSON object.', {
      faults,
    });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const problem = printable(cause instanceof Error ? cause.message : 'it cannot be parsed');
    const message = `The message is not JSON: ${problem}. A message is one JSON object; NaN and comments are not JSON.`;
    throw new MessageError('ERR_MESSAGE_NOT_JSON', message, { faults: wholeIs('JSON', problem), cause });
  }
}

function wholeIs(expected: string, found: string): FaultList {
  const faults = new FaultList();
  faults.add({ pointer: '', expected, found });
  return faults;
}
