import { describeValue } from './describe-value.ts';
import { FaultList, pointerTo } from './fault.ts';
import { isObject } from './json-schema.ts';
import { MessageError } from './message-error.ts';
import { peekFields } from './peeked-envelope.ts';
import type { PeekedEnvelope } from './peeked-envelope.ts';

/** Bounds on a value that is being copied. */
export interface JsonLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** Most faults that are listed; default 100. */
  readonly maxFaults?: number;
}

/** A copy of a value that holds nothing but JSON, and what had to be left out of it. */
export interface JsonCopy {
  readonly value: unknown;
  readonly faults: FaultList;
}

/**
 * Copies a value deeply, accepting only what JSON can carry.
 *
 * Numbers that are not finite, undefined, functions, bigints, symbols, instances of classes and circular references each
 * become a fault, with null in their place. The copy shares nothing with the original and getters run once, so what is
 * validated is what is used. A key `__proto__` stays an ordinary field. Safe on hostile input: depth is bounded, and an
 * object that refers to the same part again and again is cut off at the size that it would have as JSON.
 *
 * @throws MessageError ERR_MESSAGE_TOO_DEEP or ERR_MESSAGE_TOO_LARGE
 */
export function copyJson(value: unknown, limits: JsonLimits): JsonCopy {
  const copier = new Copier(limits, value);
  return { value: copier.copy(value, null, '', 0), faults: copier.faults };
}

/**
 * Takes what `JSON.parse` returned as it is, where nothing is wrong with it: it holds nothing but JSON, and nobody else has it. What
 * can be wrong (`1e999` reads as Infinity; endless nesting) is found and told by {@link copyJson}. Its size was checked as text.
 */
export function ownJson(parsed: unknown, limits: JsonLimits): JsonCopy {
  return isSound(parsed, limits.maxDepth)
    ? { value: parsed, faults: new FaultList(limits.maxFaults) }
    : copyJson(parsed, limits);
}

/** Whether all numbers are finite, and nothing is nested more than `levels` deep. */
function isSound(value: unknown, levels: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (!Array.isArray(value) && !isObject(value)) return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isSound(item, levels - 1)) return false;
    return true;
  }
  for (const key of Object.keys(value)) if (!isSound(value[key], levels - 1)) return false;
  return true;
}

interface Place {
  readonly parent: Place | null;
  readonly key: string | number;
  /** Its JSON Pointer, once a fault asked for it. */
  pointer?: string;
}

class Copier {
  readonly faults: FaultList;
  readonly #limits: JsonLimits;
  readonly #root: unknown;
  /** The containers around what is being copied, outermost first. */
  readonly #ancestors: object[] = [];
  /** A lower bound of the bytes that the value has as JSON. */
  #bytes = 0;

  constructor(limits: JsonLimits, root: unknown) {
    this.faults = new FaultList(limits.maxFaults);
    this.#limits = limits;
    this.#root = root;
  }

  /** A copy of what `parent` has under `key`. */
  copy(value: unknown, parent: Place | null, key: string | number, depth: number): unknown {
    if (typeof value === 'string') {
      this.#count(value.length + 2);
      return value;
    }
    this.#count(1);
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    // The whole has no key.
    const place = depth === 0 ? null : { parent, key };
    if (!Array.isArray(value) && !isObject(value))
      return this.#refuse(value, place, typeof value === 'number' ? 'a finite number' : 'a JSON value');
    if (this.#ancestors.includes(value))
      return this.#refuse(value, place, 'a JSON value', 'a circular reference');
    if (depth >= this.#limits.maxDepth) throw this.#tooDeep(place);

    this.#ancestors.push(value);
    const copied = Array.isArray(value)
      ? this.#copyArray(value, place, depth)
      : this.#copyObject(value, place, depth);
    this.#ancestors.pop();
    return copied;
  }

  #copyArray(value: readonly unknown[], place: Place | null, depth: number): unknown[] {
    // Counted before copying, so that an array of a billion holes costs nothing.
    this.#count(value.length);
    const copied: unknown[] = [];
    for (let index = 0; index < value.length; index += 1) {
      copied.push(this.copy(value[index], place, index, depth + 1));
    }
    return copied;
  }

  #copyObject(value: Record<string, unknown>, place: Place | null, depth: number): unknown {
    if (!isPlain(value))
      return this.#refuse(
        value,
        place,
        'a JSON value',
        value instanceof Date ? 'a Date' : 'an instance of a class',
      );
    const copied: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      this.#count(key.length + 3);
      setField(copied, key, this.copy(value[key], place, key, depth + 1));
    }
    for (const symbol of Object.getOwnPropertySymbols(value)) {
      this.#refuse(symbol, { parent: place, key: symbol.toString() }, 'no field named by a symbol');
    }
    return copied;
  }

  #refuse(value: unknown, place: Place | null, expected: string, found: string = describeValue(value)): null {
    this.faults.add({ pointer: pointerOf(place), expected, found });
    return null;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    const { maxBytes } = this.#limits;
    if (this.#bytes > maxBytes)
      throw tooLarge(`more than ${maxBytes} bytes`, maxBytes, peekFields(this.#root));
  }

  #tooDeep(place: Place | null): MessageError {
    const { maxDepth } = this.#limits;
    const faults = new FaultList();
    faults.add({
      pointer: pointerOf(place),
      expected: `at most ${maxDepth} levels of nesting`,
      found: 'a deeper level',
    });
    const message = `The message is nested deeper than ${maxDepth} levels. Flatten it, or refer to a file that holds the data.`;
    return new MessageError('ERR_MESSAGE_TOO_DEEP', message, { faults, envelope: peekFields(this.#root) });
  }
}

/** The error for a message beyond the size limit. */
export function tooLarge(found: string, maxBytes: number, envelope?: PeekedEnvelope): MessageError {
  const faults = new FaultList();
  faults.add({ pointer: '', expected: `at most ${maxBytes} bytes`, found });
  return new MessageError(
    'ERR_MESSAGE_TOO_LARGE',
    `The message has ${found}; at most ${maxBytes} are allowed. Put large data into a file and send its name.`,
    { faults, envelope },
  );
}

/** Sets an own field, whatever its name: plain assignment to `__proto__` would change the prototype. */
export function setField(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

/** Whether this is an object literal or the like, also one of another realm, and no instance of a class. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The JSON Pointer of a place, made one time for it and for all around it: a hundred thousand faults may share their way. */
function pointerOf(place: Place | null): string {
  if (place === null) return '';
  place.pointer ??= pointerTo(pointerOf(place.parent), place.key);
  return place.pointer;
}
