/** Keeps the end of a stream of bytes: what a program said last is what explains why it failed. */
export class TextTail {
  readonly #most_bytes: number;
  #chunks: Uint8Array[] = [];
  #kept_bytes = 0;

  constructor(most_bytes: number) {
    this.#most_bytes = most_bytes;
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk.subarray(-this.#most_bytes));
    this.#kept_bytes += Math.min(chunk.length, this.#most_bytes);
    while (this.#kept_bytes - (this.#chunks[0]?.length ?? 0) >= this.#most_bytes) {
      this.#kept_bytes -= this.#chunks.shift()?.length ?? 0;
    }
  }

  /** The end, as text, without the character that the cut may have split. */
  text(): string {
    const kept = Buffer.concat(this.#chunks).subarray(-this.#most_bytes);
    return new TextDecoder().decode(kept).replace(/^\ufffd+/, '');
  }
}
