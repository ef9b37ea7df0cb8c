/** Keeps the beginning of a stream of bytes, and counts the rest. */
export class ByteHead {
  readonly #most_bytes: number;
  readonly #chunks: Uint8Array[] = [];
  #kept_bytes = 0;
  total_bytes = 0;

  constructor(most_bytes: number) {
    this.#most_bytes = most_bytes;
  }

  add(chunk: Uint8Array): void {
    const kept = chunk.subarray(0, this.#most_bytes - this.#kept_bytes);
    if (kept.length > 0) this.#chunks.push(kept);
    this.#kept_bytes += kept.length;
    this.total_bytes += chunk.length;
  }

  text(): string {
    return new TextDecoder().decode(Buffer.concat(this.#chunks));
  }

  /** Whether there was more than is kept. */
  get isCut(): boolean {
    return this.total_bytes > this.#kept_bytes;
  }
}
