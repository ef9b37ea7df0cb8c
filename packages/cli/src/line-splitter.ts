/** Finds the lines of a text that comes in pieces. Each character is looked at one time, however many pieces a line has. */
export class LineSplitter {
  #begun: string[] = [];
  #length = 0;

  /** How many characters the line has that has begun and not ended. */
  get length(): number {
    return this.#length;
  }

  /** The lines that end in this piece, without their ends. */
  *add(piece: string): Generator<string> {
    let start = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
      this.#keep(piece.slice(start, end));
      start = end + 1;
      yield this.rest();
    }
    this.#keep(piece.slice(start));
  }

  /** What came after the last line end; what comes from now on begins a new line. */
  rest(): string {
    const line = this.#begun.join('');
    this.#begun = [];
    this.#length = 0;
    return line;
  }

  #keep(part: string): void {
    if (part !== '') this.#begun.push(part);
    this.#length += part.length;
  }
}
