import type { Random } from '../../simulate/src/random.ts';

/** A promise about hostile input that was broken. `rule` is short and stable; `detail` says what happened. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly rule: string;

  constructor(rule: string, detail: string) {
    super(`${rule}: ${detail}`);
    this.rule = rule;
  }
}

/** What inputs of one block are made from: valid things, and structured ones drawn for this block. */
export interface Material {
  /** Bytes of whole, valid files (or names) of the kind that the target reads. */
  readonly seeds: readonly Uint8Array[];
}

/**
 * One thing that reads what comes from disk. Its input is always bytes, so that any failing one can be kept in a file and
 * tried again: a file's content, a name, or a plan (as JSON) of what to do to a directory.
 */
export interface Target {
  readonly name: string;
  /** What it feeds to what, in a few words. */
  readonly about: string;
  /** `memory`: microseconds an input; `disk`: works in a real directory, milliseconds an input. */
  readonly kind: 'memory' | 'disk';
  /** Of all inputs, this share of the shares of its kind. */
  readonly share: number;
  /** Called, and awaited, before anything else. */
  prepare?(): Promise<void>;
  /** What the inputs of a block are made from; drawn once for each block of inputs, by the block's own seed. */
  material(seed: number): Material;
  /** Makes one input. Default: the mutator on the block's material. */
  input?(random: Random, material: Material): Uint8Array;
  /** All inputs there are, where they can be counted; then there are no others. */
  all?(): readonly Uint8Array[];
  /** Gives the input to the code under test. Throws a {@link Violation}, or whatever the code threw and must not. */
  run(input: Uint8Array): void | Promise<void>;
  /** What is worth telling at the end, beside the counts. */
  report?(): string;
}
