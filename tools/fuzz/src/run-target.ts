import { Random } from '../../simulate/src/random.ts';
import { mutate } from './mutate-bytes.ts';
import { MemoryWatch } from './rules/memory.ts';
import { prototypesMustBeClean } from './rules/prototypes.ts';
import { Violation, type Material, type Target } from './target.ts';

/** So many inputs are made from the same material. */
const BLOCK = 1_000;

/** A failing input. */
export interface Finding {
  readonly target: string;
  readonly seed: number;
  /** Null where the input was given, not made. */
  readonly index: number | null;
  readonly input: Uint8Array;
  readonly error: Error;
}

/** What a run of a target came to. */
export interface TargetResult {
  readonly done: number;
  readonly finding: Finding | null;
  /** Of the inputs that were looked at, the slowest: milliseconds and index. */
  readonly slowest_ms: number;
  readonly slowestIndex: number;
  /** Bytes held more at the end than after the warm-up; null for a run too short to tell. */
  readonly growth_bytes: number | null;
  readonly report: string;
  /** What was seen, but not again with the same input: somebody else may have done it. */
  readonly unrepeated: readonly string[];
}

/** What to run. */
export interface RunOptions {
  readonly seed: number;
  readonly first: number;
  readonly count: number;
  /** Called before each input. */
  readonly beforeEach?: (index: number) => void;
  /** How often memory is looked at; default 24 times. */
  readonly samples?: number;
}

/** The input of this number: the same seed gives the same bytes. */
export function inputOf(
  target: Target,
  seed: number,
  index: number,
  material = materialOf(target, seed, index),
): Uint8Array {
  const all = target.all?.();
  if (all !== undefined) return all[index % all.length] ?? new Uint8Array();
  const random = new Random(mix(mix(seed, hash(target.name)), index));
  return target.input?.(random, material) ?? mutate(random, material.seeds);
}

/** Gives a target one input after the other, until one breaks a promise; looks at prototypes and memory too. */
export async function runTarget(target: Target, options: RunOptions): Promise<TargetResult> {
  const { seed, first, count, beforeEach, samples = 24 } = options;
  await target.prepare?.();
  const memory = new MemoryWatch();
  const sampleEvery = Math.max(1, Math.floor(count / samples));
  let slowest_ms = 0;
  let slowestIndex = first;
  let material: Material | undefined;
  const unrepeated: string[] = [];
  const result = (done: number, finding: Finding | null): TargetResult => ({
    done,
    finding,
    slowest_ms,
    slowestIndex,
    growth_bytes: memory.growth_bytes,
    report: target.report?.() ?? '',
    unrepeated,
  });
  for (let index = first; index < first + count; index += 1) {
    beforeEach?.(index);
    if (material === undefined || index % BLOCK === 0) material = materialOf(target, seed, index);
    const input = inputOf(target, seed, index, material);
    const began_ms = performance.now();
    const error = await tryInput(target, input);
    const took_ms = performance.now() - began_ms;
    if (took_ms > slowest_ms) [slowest_ms, slowestIndex] = [took_ms, index];
    const done = index - first + 1;
    if (error !== null) {
      if (!isAnybodys(error) || (await repeats(target, input)))
        return result(done, { target: target.name, seed, index, input, error });
      unrepeated.push(`${target.name}, seed ${seed}, index ${index}: ${error.message}`);
    }
    if (done % sampleEvery !== 0) continue;
    memory.sample(done);
    try {
      memory.mustBeFlat(target.name);
      if (count - done < sampleEvery && target.kind === 'memory') memory.mustHaveLeveledOff(target.name);
    } catch (grown) {
      return result(done, { target: target.name, seed, index, input, error: grown as Error });
    }
  }
  return result(count, null);
}

/** So often an input is tried again that was found by something that others on the computer can cause as well. */
const TRIED_AGAIN = 3;

/** Access times tell of anybody's look: also of one who searches the whole disk while the fuzzers run. */
function isAnybodys(error: Error): boolean {
  return error instanceof Violation && error.rule === 'outside was touched';
}

async function repeats(target: Target, input: Uint8Array): Promise<boolean> {
  for (let left = TRIED_AGAIN; left > 0; left -= 1) if ((await tryInput(target, input)) !== null) return true;
  return false;
}

/** Gives a target one input; what it broke, or null. */
export async function tryInput(target: Target, input: Uint8Array): Promise<Error | null> {
  try {
    await target.run(input);
    prototypesMustBeClean();
    return null;
  } catch (error) {
    if (error instanceof Violation) return error;
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return new Violation('crash', what);
  }
}

function materialOf(target: Target, seed: number, index: number): Material {
  return target.material(mix(mix(seed, hash(target.name)), Math.floor(index / BLOCK) + 0x51ed) | 0);
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}

function mix(one: number, other: number): number {
  let value = Math.imul(one ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(other + 0x165667b1, 0xc2b2ae35);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}
