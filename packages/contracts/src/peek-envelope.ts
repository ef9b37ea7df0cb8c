import { MAX_MESSAGE_BYTES } from './limits.ts';
import { peekFields } from './peeked-envelope.ts';
import type { PeekedEnvelope } from './peeked-envelope.ts';
import { parsedValue } from './read-json.ts';

/**
 * Reads what it can of the envelope of a message that may be invalid, for reports about it. Takes bytes, JSON text or a
 * parsed value; never throws. What it returns is well-formed and within limits, but nothing else is known about it; of
 * input that is not JSON, or larger than 1 MiB, it returns nulls.
 */
export function peekEnvelope(input: unknown): PeekedEnvelope {
  try {
    return peekFields(parsedValue(input, MAX_MESSAGE_BYTES));
  } catch {
    return peekFields(null);
  }
}
