/** Of more, the longest known are forgotten, and come in their turn once more. */
const MAX_KNOWN = 10_000;

/**
 * Names in a box that could not be claimed, or given their proper names, when that was tried: files that nobody may move, or that
 * the disk does not hand out. They stand aside until nothing else is left in the box, so that no number of them keeps back
 * what is behind them.
 */
export class FailingNames {
  #known = new Set<string>();
  #untried: string[] = [];

  /** What a listing is to leave out. */
  get known(): ReadonlySet<string> {
    return this.#known;
  }

  /** The box was listed: of these, some are still there, and are tried once more when all else is done. */
  listed(stillThere: ReadonlySet<string>): void {
    if (this.#known.size > 0) this.#known = new Set([...this.#known].filter((name) => stillThere.has(name)));
    this.#untried = [...this.#known].toReversed();
  }

  /** The next one that was not tried since the last listing. */
  next(): string | undefined {
    return this.#untried.pop();
  }

  failed(fileName: string): void {
    this.#known.add(fileName);
    if (this.#known.size <= MAX_KNOWN) return;
    const [oldest] = this.#known;
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  succeeded(fileName: string): void {
    if (this.#known.size > 0) this.#known.delete(fileName);
  }
}
