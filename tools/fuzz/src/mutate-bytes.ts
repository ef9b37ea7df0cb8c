import type { Random } from '../../simulate/src/random.ts';
import { HOSTILE_BYTES, HOSTILE_TEXTS } from './dictionary.ts';

/** Nothing that a mutation makes is longer than this, in bytes. */
const MOST_BYTES = 200_000;
const encoder = new TextEncoder();
const DICTIONARY: readonly Uint8Array[] = [
  ...HOSTILE_TEXTS.map((text) => encoder.encode(text)),
  ...HOSTILE_BYTES,
];

type Mutation = (bytes: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array;

/** One of the seeds, changed in up to six ways; now and then as it is, or nothing but noise. */
export function mutate(random: Random, seeds: readonly Uint8Array[]): Uint8Array {
  if (random.chance(0.01)) return random.fillBytes(new Uint8Array(random.integer(0, 300)));
  let bytes = random.pick(seeds);
  for (let left = random.integer(0, 6); left > 0; left -= 1) {
    bytes = random.pick(MUTATIONS)(bytes, random, seeds);
    if (bytes.byteLength > MOST_BYTES) bytes = bytes.subarray(0, MOST_BYTES);
  }
  return bytes;
}

const flipBit: Mutation = (bytes, random) => {
  if (bytes.byteLength === 0) return bytes;
  const copy = bytes.slice();
  const at = random.integer(0, copy.byteLength - 1);
  copy[at] = (copy[at] ?? 0) ^ (1 << random.integer(0, 7));
  return copy;
};

const setByte: Mutation = (bytes, random) => {
  if (bytes.byteLength === 0) return bytes;
  const copy = bytes.slice();
  copy[random.integer(0, copy.byteLength - 1)] = random.integer(0, 255);
  return copy;
};

const truncate: Mutation = (bytes, random) => bytes.subarray(0, random.integer(0, bytes.byteLength));

const cutOut: Mutation = (bytes, random) => {
  const from = random.integer(0, bytes.byteLength);
  return replaceRange(
    bytes,
    from,
    Math.min(bytes.byteLength, from + random.integer(1, 40)),
    new Uint8Array(),
  );
};

/** The beginning of one file and the end of another: what a torn write or a wrong offset makes. */
const splice: Mutation = (bytes, random, others) => {
  const other = random.pick(others);
  const from = random.integer(0, other.byteLength);
  return replaceRange(bytes, random.integer(0, bytes.byteLength), bytes.byteLength, other.subarray(from));
};

const repeatRange: Mutation = (bytes, random) => {
  const from = random.integer(0, bytes.byteLength);
  const part = bytes.subarray(from, from + random.integer(1, 60));
  const times = random.chance(0.05) ? 500 : random.integer(1, 8);
  const repeated = new Uint8Array(part.byteLength * times);
  for (let index = 0; index < times; index += 1) repeated.set(part, index * part.byteLength);
  return replaceRange(bytes, from, from, repeated);
};

const insertToken: Mutation = (bytes, random) => {
  const at = random.integer(0, bytes.byteLength);
  return replaceRange(bytes, at, at, random.pick(DICTIONARY));
};

/** In the place of a JSON value, a key or a part of a name: mutants that stay well-formed go deeper. */
const replaceToken: Mutation = (bytes, random) => {
  const text = Buffer.from(bytes).toString('latin1');
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[a-z0-9%-]+/g)];
  if (tokens.length === 0) return insertToken(bytes, random, []);
  const token = random.pick(tokens);
  const word = random.pick(DICTIONARY);
  const quoted = token[0].startsWith('"') && random.chance(0.7);
  const value = quoted ? encoder.encode(JSON.stringify(Buffer.from(word).toString())) : word;
  return replaceRange(bytes, token.index, token.index + token[0].length, value);
};

/** One JSON value in the place of another of the same file: strings for objects, lists for numbers. */
const swapValues: Mutation = (bytes, random) => {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const places = placesIn(value);
    if (places.length === 0) return bytes;
    const to = random.pick(places);
    to.holder[to.key] = random.chance(0.5) ? random.pick(ODD_VALUES) : random.pick(places).value;
    return encoder.encode(JSON.stringify(value));
  } catch {
    return bytes; // Not JSON (any more), or a value was put into itself.
  }
};

/** A key that every object has already, in one of the objects: what is merged field by field goes into the prototype. */
const addHostileKey: Mutation = (bytes, random) => {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const objects = [value, ...placesIn(value).map((place) => place.value)].filter(
      (each): each is object => typeof each === 'object' && each !== null && !Array.isArray(each),
    );
    if (objects.length === 0) return bytes;
    const inner = random.chance(0.7) ? { polluted: true } : random.pick(ODD_VALUES);
    const whose = random.chance(0.4) ? (objects[0] ?? {}) : random.pick(objects);
    const own = { value: inner, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(whose, random.pick(HOSTILE_KEYS), own);
    return encoder.encode(JSON.stringify(value));
  } catch {
    return bytes; // Not JSON (any more).
  }
};

const HOSTILE_KEYS = [
  '__proto__',
  '__proto__',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'toJSON',
  'then',
  '\u001b',
];

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  setByte,
  truncate,
  cutOut,
  splice,
  repeatRange,
  insertToken,
  insertToken,
  replaceToken,
  replaceToken,
  swapValues,
  swapValues,
  addHostileKey,
];

const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  '',
  '\u001b[31m',
  ['\u001b[31m'],
  [],
  [[]],
  {},
  { toString: 1 },
  { length: 1e9 },
  'x'.repeat(600),
];

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
  readonly value: unknown;
}

function placesIn(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null || found.length > 200) return found;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__') continue;
    found.push({ holder: value as Record<string, unknown>, key, value: inner });
    placesIn(inner, found);
  }
  return found;
}

function replaceRange(bytes: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array {
  const result = new Uint8Array(from + by.byteLength + Math.max(0, bytes.byteLength - to));
  result.set(bytes.subarray(0, from));
  result.set(by, from);
  result.set(bytes.subarray(to), from + by.byteLength);
  return result;
}
