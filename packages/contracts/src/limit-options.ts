import type { JsonLimits } from './json-value.ts';
import { MAX_DEPTH_OPTION, MAX_FAULTS, MAX_MESSAGE_BYTES, MAX_MESSAGE_DEPTH } from './limits.ts';
import { invalidDefinition } from './message-error.ts';

/** Limits that a caller may set; the defaults are those of the contract. */
export interface LimitOptions {
  /** Most bytes of UTF-8; default 1 MiB. */
  readonly maxBytes?: number | undefined;
  /** Deepest nesting, where the message itself is depth 1; default 64, at most 1000. */
  readonly maxDepth?: number | undefined;
  /** Most faults that an error lists; default 100. Each may take some kilobytes of memory. */
  readonly maxFaults?: number | undefined;
}

/**
 * The limits that are meant by the options.
 *
 * @throws MessageError ERR_INVALID_DEFINITION for limits that are not positive integers, or a depth above 1000
 */
export function limitsOf({
  maxBytes = MAX_MESSAGE_BYTES,
  maxDepth = MAX_MESSAGE_DEPTH,
  maxFaults = MAX_FAULTS,
}: LimitOptions): JsonLimits {
  if (!(Number.isSafeInteger(maxBytes) && maxBytes > 0)) {
    throw invalidDefinition(`maxBytes must be a positive integer; it is ${maxBytes}.`);
  }
  if (!(Number.isSafeInteger(maxDepth) && maxDepth > 0 && maxDepth <= MAX_DEPTH_OPTION)) {
    throw invalidDefinition(`maxDepth must be an integer from 1 to ${MAX_DEPTH_OPTION}; it is ${maxDepth}.`);
  }
  if (!(Number.isSafeInteger(maxFaults) && maxFaults > 0)) {
    throw invalidDefinition(`maxFaults must be a positive integer; it is ${maxFaults}.`);
  }
  return { maxBytes, maxDepth, maxFaults };
}
