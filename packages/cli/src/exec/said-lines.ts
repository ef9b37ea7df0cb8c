import { LineSplitter } from '../line-splitter.ts';

/** A line that is longer is told in pieces, so that what never ends a line needs no more memory. */
const MOST_CHARACTERS = 16_384;

/** What a command says, line by line, each as soon as it is whole: its bytes come in pieces that end anywhere, also within a character. */
export class SaidLines {
  readonly #tell: (line: string) => void;
  readonly #decoder = new TextDecoder();
  readonly #splitter = new LineSplitter();

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  add(chunk: Uint8Array): void {
    this.#take(this.#decoder.decode(chunk, { stream: true }));
    if (this.#splitter.length > MOST_CHARACTERS) this.#tell(this.#splitter.rest());
  }

  /** Nothing more comes: tells what was begun. */
  end(): void {
    this.#take(this.#decoder.decode());
    if (this.#splitter.length > 0) this.#tell(this.#splitter.rest());
  }

  #take(text: string): void {
    for (const line of this.#splitter.add(text)) this.#tell(line);
  }
}
