import { LeastNames } from './least-names.ts';

/** How many more than are wanted may gather before the rest is left out: with each cut only these have to be put in order. */
const SURPLUS = 0.25;

/**
 * Of all names that are pushed, the first so many: those of the first rank in the order of their characters, then those of the second,
 * and so on. However many there are, it never holds more than a quarter more. What is left out of a rank is not taken before another
 * listing, and nothing that comes after it is: so of what is less urgent none is kept that could not be taken anyway.
 */
export class FirstNames {
  readonly #limit: number;
  readonly #most: number;
  readonly #ranks: readonly LeastNames[];
  #held = 0;

  constructor(limit: number, ranks = 1) {
    this.#limit = limit;
    this.#most = Math.ceil(limit * (1 + SURPLUS));
    this.#ranks = Array.from({ length: ranks }, () => new LeastNames());
  }

  /** Whether this one would be left out, as things stand. */
  isBeyond(name: string, rank = 0): boolean {
    return this.#ranks[rank]?.isBeyond(name) === true;
  }

  push(name: string, rank = 0): void {
    const names = this.#ranks[rank];
    if (names === undefined || names.isBeyond(name)) return;
    names.push(name);
    this.#held += 1;
    if (this.#held > this.#most) this.#cut();
  }

  /** By rank, those that are kept, the first one last; and whether there were more. */
  descending(): { readonly names: string[]; readonly hasMore: boolean }[] {
    this.#cut();
    return this.#ranks.map((names) => ({ names: names.descending(), hasMore: names.hasMore }));
  }

  #cut(): void {
    let left = this.#limit;
    for (const names of this.#ranks) {
      names.keep(left);
      left -= names.size;
    }
    this.#held = this.#limit - left;
  }
}
