/** A stretch of text. */
export interface Span {
  /** UTF-16 code units from the beginning of the text. */
  readonly offset: number;
  readonly length: number;
}

/** Where something stands, as editors and compilers count. */
export interface Place extends Span {
  /** From 1. */
  readonly line: number;
  /** UTF-16 code units from 1: what `code --goto FILE:LINE:COLUMN`, TypeScript and ESLint count. A tab is one. */
  readonly column: number;
  /** The line's text, without its end. */
  readonly text: string;
}

const LINE_END = /\r\n|\n|\r/g;

/** The lines of a text, found one time for any number of places in it. */
export class Lines {
  readonly #text: string;
  /** Where each line begins, and where its text ends. */
  readonly #starts: number[] = [0];
  readonly #ends: number[] = [];
  /** The line that was asked for last: of a thousand faults in one line all have the same text. */
  #last = { at: -1, text: '' };

  constructor(text: string) {
    this.#text = text;
    for (const { index, 0: end } of text.matchAll(LINE_END)) {
      this.#ends.push(index);
      this.#starts.push(index + end.length);
    }
    this.#ends.push(text.length);
  }

  /** The text of each, without its end. */
  texts(): readonly string[] {
    return this.#starts.map((start, at) => this.#text.slice(start, this.#ends[at]));
  }

  /** Where a span of the text begins. */
  placeOf({ offset, length }: Span): Place {
    const at = this.#lineAt(offset);
    const [start = 0, end = 0] = [this.#starts[at], this.#ends[at]];
    if (this.#last.at !== at) this.#last = { at, text: this.#text.slice(start, end) };
    return { offset, length, line: at + 1, column: offset - start + 1, text: this.#last.text };
  }

  /** The last line that begins at the offset or before it. */
  #lineAt(offset: number): number {
    let low = 0;
    for (let high = this.#starts.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low;
  }
}
