/**
 * Lets only one of several concurrent tasks run at a time, and chooses at every `next()` which one goes on: interleavings
 * by a seed. Between two calls of `next()` a task must not wait for anything else.
 */
export class Turns {
  readonly #choose: () => number;
  #parked: (() => void)[] = [];
  #running = 0;
  #changed: () => void = () => {};

  /** `choose` returns any natural number; it is asked each time that several tasks could go on. */
  constructor(choose: () => number) {
    this.#choose = choose;
  }

  /** Gives way: resolves when this task is chosen again. Outside of `run` at once. */
  next(): Promise<void> | undefined {
    if (this.#running === 0) return undefined;
    return new Promise((resolve) => {
      this.#parked.push(resolve);
      this.#changed();
    });
  }

  /** Runs the tasks to their ends; rejects with the first failure, when all have ended. */
  async run(tasks: readonly (() => Promise<void>)[]): Promise<void> {
    this.#running = tasks.length;
    const failures: unknown[] = [];
    for (const task of tasks) void this.#runOne(task).catch((error: unknown) => failures.push(error));
    while (this.#running > 0) {
      if (this.#parked.length < this.#running) {
        await new Promise<void>((resolve) => {
          this.#changed = resolve;
        });
        continue;
      }
      const [chosen] = this.#parked.splice(this.#choose() % this.#parked.length, 1);
      chosen?.();
    }
    if (failures.length > 0)
      throw failures[0] instanceof Error ? failures[0] : new Error(String(failures[0]));
  }

  async #runOne(task: () => Promise<void>): Promise<void> {
    try {
      await this.next();
      await task();
    } finally {
      this.#running -= 1;
      this.#changed();
    }
  }
}
