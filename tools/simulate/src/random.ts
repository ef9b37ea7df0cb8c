/** A seeded generator: the same seed gives the same numbers, on every machine. Not for secrets. */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Neighbouring seeds must not give neighbouring streams, nor may those that differ in their fraction only.
    const fraction = Math.floor((seed % 1) * 2 ** 16);
    this.#state = scramble(seed ^ 0x9e3779b9) ^ scramble(Math.floor(seed / 2 ** 32) ^ (fraction << 16));
  }

  /** From 0 up to, but not including, 1: mulberry32. */
  readonly next = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };

  /** A whole number from `least` to `most`, both included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** True in this share of the cases. */
  chance(share: number): boolean {
    return share > 0 && this.next() < share;
  }

  /** One of these. */
  pick<T>(choices: readonly T[]): T {
    const choice = choices[Math.floor(this.next() * choices.length)];
    if (choice === undefined) throw new RangeError('There is nothing to pick from.');
    return choice;
  }

  /** The same things in another order. */
  shuffled<T>(things: Iterable<T>): T[] {
    const order = [...things];
    for (let last = order.length - 1; last > 0; last -= 1) {
      const other = this.integer(0, last);
      [order[last], order[other]] = [order[other] as T, order[last] as T];
    }
    return order;
  }

  /** Fills bytes, and returns them. */
  fillBytes<T extends Uint8Array>(bytes: T): T {
    for (let index = 0; index < bytes.byteLength; index += 1) bytes[index] = Math.floor(this.next() * 256);
    return bytes;
  }

  /** A generator of its own, so that drawing more here changes nothing there. */
  fork(): Random {
    return new Random(Math.floor(this.next() * 2 ** 32));
  }
}

function scramble(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
