import { shorten } from './fault.ts';
import { MAX_FOUND_CHARACTERS } from './limits.ts';

/** What a fault says was found where a required field is missing. */
export const NOTHING = 'nothing';

// Characters that would disturb a terminal or hide in it: DEL and C1, line separators, zero-width and bidirectional ones.
const DISTURBING = /[\u007f-\u009f\u00ad\u061c\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

/**
 * Shows a value in at most 80 printable characters, for error messages. Containers show their size, not their content.
 */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return 'a bigint';
    case 'symbol':
    case 'function':
      return `a ${typeof value}`;
    case 'undefined':
    case 'boolean':
      return String(value);
    case 'object':
      break;
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${counted(value.length, 'item')}`;
  if (value instanceof Date) return 'a Date';
  return `an object with ${counted(Object.keys(value).length, 'field')}`;
}

/** A text as a JSON string of at most 80 characters, in which everything that does not print is escaped. */
function quote(text: string): string {
  const whole = JSON.stringify(text.slice(0, MAX_FOUND_CHARACTERS + 1)).replace(DISTURBING, escaped);
  if (text.length <= MAX_FOUND_CHARACTERS && whole.length <= MAX_FOUND_CHARACTERS) return whole;
  return `${shorten(whole, MAX_FOUND_CHARACTERS - 1).replace(/\\(u[0-9a-f]{0,3})?…$/, '…')}"`;
}

/** Makes any text printable: used for what engines say about broken JSON. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\p{Surrogate}]/gu, escaped).replace(DISTURBING, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
