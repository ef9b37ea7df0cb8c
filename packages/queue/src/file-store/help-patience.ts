/** How long what others have left is left to them at the least: until it was listed twice. */
const LEAST_MS = 10;
const MOST_MS = 160;

/**
 * How long a consumer that has done its share leaves the rest to those whose share it is. A rival that does not come to its share
 * is one that is stuck, or one that waits for a processor: the first needs help, the second loses by it, as it comes back with
 * names that are gone. Which it was shows in the claims that help makes: each that somebody else was faster with doubles the
 * time, each that was won takes some of it back.
 */
export class HelpPatience {
  #wait_ms = LEAST_MS;

  get wait_ms(): number {
    return this.#wait_ms;
  }

  /** What came of a claim of what was others' share. */
  helped(won: boolean): void {
    this.#wait_ms = won ? Math.max(LEAST_MS, this.#wait_ms * 0.95) : Math.min(MOST_MS, this.#wait_ms * 2);
  }
}
