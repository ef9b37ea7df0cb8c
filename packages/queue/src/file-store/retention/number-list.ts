/** A part has so many numbers at most, half a megabyte. */
const PART_LENGTH = 65_536;
/** The first part begins with so many: most lists are short. */
const FIRST_LENGTH = 64;

/**
 * Numbers by the million. It grows by parts: to grow an array of a million copies all of them at once, and to hand them on copies them
 * again, which holds up the event loop for a hundredth of a second each time.
 */
export class NumberList {
  readonly #parts: Float64Array[] = [];
  #length = 0;
  #room = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#room) this.#grow();
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

  /** The first part doubles until it is full; the others are full from the beginning. */
  #grow(): void {
    const [first] = this.#parts;
    if (first === undefined || first.length === PART_LENGTH) {
      const part = new Float64Array(first?.length ?? FIRST_LENGTH);
      this.#parts.push(part);
      this.#room += part.length;
      return;
    }
    const doubled = new Float64Array(first.length * 2);
    doubled.set(first);
    this.#parts[0] = doubled;
    this.#room = doubled.length;
  }
}
