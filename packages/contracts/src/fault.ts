import { Type } from 'typebox';
import type { Static } from 'typebox';
import { MAX_FAULT_TEXT_CHARACTERS, MAX_FAULTS, MAX_FOUND_CHARACTERS } from './limits.ts';

/** The schema of one fault. `found` is bounded generously: other writers may count characters differently. */
export const FaultSchema = Type.Object({
  pointer: Type.String({
    maxLength: MAX_FAULT_TEXT_CHARACTERS,
    description: 'JSON Pointer (RFC 6901) into the message',
  }),
  expected: Type.String({ maxLength: MAX_FAULT_TEXT_CHARACTERS }),
  found: Type.String({ maxLength: MAX_FAULT_TEXT_CHARACTERS }),
});

/**
 * One thing that is wrong with a message.
 *
 * `pointer` is a JSON Pointer (RFC 6901), also to a field that is missing; `expected` says in words what belongs there;
 * `found` shows what is there, in at most 80 characters with control characters escaped.
 */
export type Fault = Static<typeof FaultSchema>;

interface Places {
  readonly pointers: Set<string>;
  /** Those of faults, and all places around them: so that asking costs the same for any number of faults. */
  readonly atOrAbove: Set<string>;
}

/**
 * Collects faults in the order in which they are found: one per place, at most `max` (default {@link MAX_FAULTS}), counting the rest.
 */
export class FaultList {
  readonly faults: Fault[] = [];
  /** How many faults there were in all, also those beyond the bound. */
  total = 0;
  readonly #max: number;
  /** Made with the first fault: most messages have none. */
  #places: Places | undefined;

  constructor(max: number = MAX_FAULTS) {
    this.#max = max;
  }

  /** Adds a fault, unless the place already has one: the first to speak about a place knows it best. */
  add(fault: Fault): void {
    const { pointers, atOrAbove } = (this.#places ??= { pointers: new Set(), atOrAbove: new Set() });
    if (pointers.has(fault.pointer)) return;
    this.total += 1;
    if (this.faults.length >= this.#max) return;
    pointers.add(fault.pointer);
    for (let at = fault.pointer; !atOrAbove.has(at); at = at.slice(0, Math.max(0, at.lastIndexOf('/'))))
      atOrAbove.add(at);
    this.faults.push({
      pointer: shorten(fault.pointer, MAX_FAULT_TEXT_CHARACTERS),
      expected: shorten(fault.expected, MAX_FAULT_TEXT_CHARACTERS),
      found: shorten(fault.found, MAX_FOUND_CHARACTERS),
    });
  }

  /** Whether a fault is known at this place or anywhere below it. */
  hasAtOrBelow(pointer: string): boolean {
    return this.#places?.atOrAbove.has(pointer) === true;
  }

  /** How many faults were counted but not listed. */
  get omitted(): number {
    return this.total - this.faults.length;
  }
}

/**
 * Appends one object key or array index to a JSON Pointer.
 *
 * What is far beyond the characters that a fault shows is stood for by a checksum: keys may have half a megabyte each, and there may
 * be a hundred thousand faults below one. Places stay apart all the same.
 */
export function pointerTo(parent: string, key: string | number): string {
  const step = typeof key === 'number' ? key : bounded(key).replaceAll('~', '~0').replaceAll('/', '~1');
  return bounded(`${parent}/${step}`);
}

function bounded(text: string): string {
  if (text.length <= 2 * MAX_FAULT_TEXT_CHARACTERS) return text;
  return `${text.slice(0, MAX_FAULT_TEXT_CHARACTERS)}…${checksum(text)}`;
}

/** FNV-1a over UTF-16 units. Two places with one checksum would be one fault: nobody gains anything by that. */
function checksum(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return sum >>> 0;
}

/** Cuts a text to a number of UTF-16 units, ending it with an ellipsis; never leaves half of a surrogate pair. */
export function shorten(text: string, max_characters: number): string {
  if (text.length <= max_characters) return text;
  const kept = text.slice(0, max_characters - 1);
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}
