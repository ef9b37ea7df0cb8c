/**
 * Of all names that are pushed, the first so many in the order of their characters. However many there are, it never holds
 * more than twice as many.
 */
export class LeastNames {
  readonly #limit: number;
  #names: string[] = [];
  /** The last that is kept; whatever comes after it need not be looked at. */
  #last: string | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether there were more than are kept. */
  get hasMore(): boolean {
    return this.#last !== undefined;
  }

  /** Whether this one would be left out, as things stand. */
  isBeyond(name: string): boolean {
    return this.#last !== undefined && name > this.#last;
  }

  push(name: string): void {
    if (this.isBeyond(name)) return;
    this.#names.push(name);
    if (this.#names.length >= 2 * this.#limit) this.#cut();
  }

  /** Those that are kept, the first one last, so that taking it is cheap. */
  descending(): string[] {
    if (this.#names.length > this.#limit) this.#cut();
    else this.#sort();
    return this.#names.toReversed();
  }

  #cut(): void {
    this.#sort();
    this.#names.length = this.#limit;
    this.#last = this.#names.at(-1);
  }

  /** Without a comparison of ours: that of the engine goes by code units too, and is three times as fast. */
  #sort(): void {
    // oxlint-disable-next-line typescript/require-array-sort-compare -- they are strings
    this.#names.sort();
  }
}
