/**
 * Whom a change lets down within a major:
 *
 *     old messages  a reader of now refuses what could be written before
 *     old readers   a reader of before refuses what can be written now
 *     meaning       both accept it, and read something else
 *     nobody        a minor may do it
 *
 * What cannot be judged by rule lets down both: `old messages` and `old readers`.
 */
export type LetDown = 'old messages' | 'old readers' | 'meaning' | 'nobody';

/** Something that is not as it was. */
export interface Change {
  /** JSON Pointer (RFC 6901) into the schema. */
  readonly pointer: string;
  readonly letsDown: readonly LetDown[];
  /** What changed, in a sentence without its full stop. */
  readonly text: string;
}

/** Whether a minor may make this change. */
export function isCompatible({ letsDown }: Change): boolean {
  return letsDown.every((whom) => whom === 'nobody');
}
