/** Counts what is under way, for who waits until nothing is. */
export class UnderWay {
  #count = 0;
  #waiting: (() => void)[] = [];

  begin(): void {
    this.#count += 1;
  }

  end(): void {
    this.#count -= 1;
    if (this.#count > 0 || this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  async run(action: () => Promise<void>): Promise<void> {
    this.begin();
    try {
      await action();
    } finally {
      this.end();
    }
  }

  /** Resolves when nothing is under way, whatever came of it. */
  async quiet(): Promise<void> {
    while (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
