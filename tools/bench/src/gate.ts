/** Lets so many messages through to their handlers, and tells when they were finished; what comes after them waits. */
export class Gate {
  #left = 0;
  #unfinished = 0;
  #waiting: (() => void)[] = [];
  #finished: (() => void) | undefined;

  /** Opens it for `count` messages; resolves when as many have passed. */
  open(count: number): Promise<void> {
    this.#left = count;
    this.#unfinished = count;
    const finished = new Promise<void>((resolve) => {
      this.#finished = resolve;
    });
    for (const go of this.#waiting.splice(0, count)) {
      this.#left -= 1;
      go();
    }
    return finished;
  }

  /** Returns at once while it is open. */
  enter(): Promise<void> | undefined {
    if (this.#left > 0) {
      this.#left -= 1;
      return undefined;
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** One was finished. */
  passed(): void {
    this.#unfinished -= 1;
    if (this.#unfinished === 0) this.#finished?.();
  }
}
