/** So many numbers make up a part, half a megabyte. */
const PART_LENGTH = 65_536;

/**
 * Numbers by the million. It grows by parts: to grow an array of a million copies all of them at once, and to hand them on copies them
 * again, which holds up the event loop for a hundredth of a second each time.
 */
export class NumberList {
  readonly #parts: Float64Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const offset = this.#length % PART_LENGTH;
    if (offset === 0) this.#parts.push(new Float64Array(PART_LENGTH));
    this.#length += 1;
    this.set(this.#length - 1, value);
  }

  /** NaN beyond the end. */
  at(index: number): number {
    if (index >= this.#length) return Number.NaN;
    return this.#parts[Math.floor(index / PART_LENGTH)]?.[index % PART_LENGTH] ?? Number.NaN;
  }

  /** Replaces one that is there. */
  set(index: number, value: number): void {
    const part = this.#parts[Math.floor(index / PART_LENGTH)];
    if (part !== undefined) part[index % PART_LENGTH] = value;
  }
}
