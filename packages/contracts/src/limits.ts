/** Most bytes of UTF-8 in one message as it is stored (1 MiB). Part of the contract: no writer may exceed it. */
export const MAX_MESSAGE_BYTES = 1_048_576;

/** Deepest nesting of a message. The message itself is depth 1; each object or array inside adds one. */
export const MAX_MESSAGE_DEPTH = 64;

/** Most Unicode code points in an id. */
export const MAX_ID_CHARACTERS = 512;

/** Most bytes of UTF-8 in one dead-letter reason: room for a full history with full stacks, all of it escaped. */
export const MAX_DEAD_LETTER_REASON_BYTES = 33_554_432;

/** Most entries in the history of a dead-letter reason. */
export const MAX_FAILURES = 100;

/** Most characters of the error message kept in a dead-letter reason. */
export const MAX_ERROR_MESSAGE_CHARACTERS = 8_192;

/** Most characters of the stack kept in a dead-letter reason. */
export const MAX_ERROR_STACK_CHARACTERS = 16_384;

/** Most faults that one error lists, unless `maxFaults` says otherwise, and that a dead-letter reason has; the error says how many more there were. */
export const MAX_FAULTS = 100;

/** Most characters in the `found` of a fault. */
export const MAX_FOUND_CHARACTERS = 80;

/** Most characters in the `pointer` and in the `expected` of a fault; longer ones end with an ellipsis. */
export const MAX_FAULT_TEXT_CHARACTERS = 1_024;

/** The greatest `maxDepth` that may be asked for: engines serialize JSON by recursion. */
export const MAX_DEPTH_OPTION = 1_000;

/** Most characters of the sentence in a dead-letter reason. */
export const MAX_REASON_CHARACTERS = 8_192;

/** Most characters of names in a dead-letter reason: owners, hosts, files, error names and codes. */
export const MAX_SHORT_TEXT_CHARACTERS = 1_024;
