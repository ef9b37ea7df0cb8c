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

/** Where a span of a text begins. */
export function placeOf(text: string, { offset, length }: Span): Place {
  let line = 1;
  let start = 0;
  let end = text.length;
  for (const match of text.matchAll(LINE_END)) {
    if (match.index + match[0].length > offset) {
      end = match.index;
      break;
    }
    line += 1;
    start = match.index + match[0].length;
  }
  return { offset, length, line, column: offset - start + 1, text: text.slice(start, end) };
}
