import type { Output } from './output.ts';

/** Of a directory or an archive full of strange files, the first few are named. */
const MOST_NAMED = 10;

/** Warnings of the same kind: with `--verbose` each is given, else the first ten, and all are counted. */
export class NamedWarnings {
  count = 0;
  readonly #output: Output;
  readonly #code: string;

  constructor(output: Output, code: string) {
    this.#output = output;
    this.#code = code;
  }

  add(message: string): void {
    this.count += 1;
    if (this.count <= this.#most) this.#output.warn(this.#code, message);
  }

  /** `named above`, or how many of them and how to see the others: for a sentence about all. */
  get where(): string {
    return this.count <= this.#most
      ? 'named above'
      : `the first ${this.#most} named above (with -v all of them)`;
  }

  get #most(): number {
    return this.#output.verbose ? Number.POSITIVE_INFINITY : MOST_NAMED;
  }
}
