const hashedEnd = 24;

/** What happened, as text and as a number that tells two runs apart. */
export class Trace {
  readonly #keep: number;
  readonly #lines: string[] = [];
  #hash = 0x811c9dc5;
  #length = 0;

  /** Keeps the last `keep` lines. */
  constructor(keep: number) {
    this.#keep = keep;
  }

  add(line: string): void {
    this.#length += 1;
    // FNV-1a, 32 bits, of the end, where what is random in a name stands, and of the length.
    this.#hash = Math.imul(this.#hash ^ line.length, 0x01000193);
    for (let index = Math.max(0, line.length - hashedEnd); index < line.length; index += 1) {
      this.#hash = Math.imul(this.#hash ^ line.charCodeAt(index), 0x01000193);
    }
    if (this.#keep === 0) return;
    this.#lines.push(line);
    if (this.#lines.length > 2 * this.#keep) this.#lines.splice(0, this.#keep);
  }

  /** The last lines, oldest first. */
  get tail(): readonly string[] {
    return this.#lines.slice(-this.#keep);
  }

  /** The same for two runs only if they did the same. */
  get digest(): string {
    return `${this.#length}-${(this.#hash >>> 0).toString(16).padStart(8, '0')}`;
  }
}
