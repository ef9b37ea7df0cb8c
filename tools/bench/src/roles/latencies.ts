/** What each of several messages took, gathered until somebody has asked for so many. */
export class Latencies<T> {
  #taken: T[] = [];
  #full: (() => void) | undefined;
  #wanted = Number.POSITIVE_INFINITY;

  add(taken: T): void {
    this.#taken.push(taken);
    if (this.#taken.length >= this.#wanted) this.#full?.();
  }

  /** What was gathered since the last call, once it is so many. */
  async gathered(count: number): Promise<readonly T[]> {
    this.#wanted = count;
    if (this.#taken.length < count) {
      await new Promise<void>((resolve) => {
        this.#full = resolve;
      });
    }
    const taken = this.#taken;
    this.#taken = [];
    this.#wanted = Number.POSITIVE_INFINITY;
    return taken;
  }
}

/** By the system's monotonic clock, which all processes share. */
export function monotonic_ns(): bigint {
  return process.hrtime.bigint();
}

/** A text that says now, and is as long as a payload of the workload. */
export function stamped(): string {
  return String(monotonic_ns()).padStart(20, '0').padEnd(1_024, ' ');
}

/** How long ago, in milliseconds, such a text was made. */
export function since_ms(text: string, now_ns: bigint = monotonic_ns()): number {
  return Number(now_ns - BigInt(text.slice(0, 20))) / 1e6;
}
