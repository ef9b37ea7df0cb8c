/** Names of which only the first are kept, in the order of their characters, whenever somebody says so. */
export class LeastNames {
  #names: string[] = [];
  /** The last that is kept; whatever comes after it need not be looked at. Empty where none is kept. */
  #last: string | undefined;

  /** How many there are at the moment. */
  get size(): number {
    return this.#names.length;
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
    this.#names.push(name);
  }

  /** Leaves out all but the first so many. */
  keep(count: number): void {
    if (this.#names.length <= count) return;
    this.#sort();
    this.#names.length = count;
    this.#last = this.#names.at(-1) ?? '';
  }

  /** Those that are kept, the first one last, so that taking it is cheap. */
  descending(): string[] {
    this.#sort();
    return this.#names.toReversed();
  }

  /** Without a comparison of ours: that of the engine goes by code units too, and is three times as fast. */
  #sort(): void {
    // oxlint-disable-next-line typescript/require-array-sort-compare -- they are strings
    this.#names.sort();
  }
}
