import { createScanner, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import { beginningOf } from '../cut-text.ts';
import { Lines } from './place.ts';
import type { Span } from './place.ts';

/** Something that is no JSON. */
export interface SyntaxFault extends Span {
  readonly expected: string;
  readonly found: string;
}

const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false } as const;
const MAX_FOUND = 40;

/**
 * What makes a text no JSON: the first fault of each line, since what follows on a line is mostly a consequence. Empty where
 * the parser has nothing to object to.
 *
 * At most so many, and how many more there are. The text must not be nested deeper than a program can recurse: see {@link tooDeepAt}.
 */
export function syntaxFaults(
  text: string,
  most: number,
): { readonly faults: readonly SyntaxFault[]; readonly omitted: number } {
  const errors: ParseError[] = [];
  parseTree(text, errors, STRICT);
  const faults: SyntaxFault[] = [];
  let omitted = 0;
  const lines = new Lines(text);
  let lastLine = 0;
  for (const { error, offset, length } of errors) {
    const { line } = lines.placeOf({ offset, length });
    if (line === lastLine) continue;
    lastLine = line;
    if (faults.length >= most) {
      omitted += 1;
      continue;
    }
    const found = text.slice(offset, offset + length);
    faults.push({
      offset,
      length,
      expected: EXPECTED[printParseErrorCode(error)] ?? 'JSON',
      found: found === '' ? 'the end' : beginningOf(found, MAX_FOUND),
    });
  }
  return { faults, omitted };
}

/** The syntax tree of a text that is nested no deeper than a program can recurse; where it is no JSON, as far as it can be read. */
export function treeOf(text: string): Node | undefined {
  return parseTree(text, [], STRICT);
}

/** Where a text opens a level below the deepest that is allowed; undefined where it does not. Reads tokens, and needs no stack. */
export function tooDeepAt(text: string, most: number): Span | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (;;) {
    scanner.scan();
    const [offset, length] = [scanner.getTokenOffset(), scanner.getTokenLength()];
    if (length === 0) return undefined; // The end.
    const token = length === 1 ? text.charAt(offset) : '';
    if (token === '}' || token === ']') depth -= 1;
    else if (token === '{' || token === '[') depth += 1;
    if (depth > most) return { offset, length };
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a value, or punctuation of JSON',
  InvalidNumberFormat: 'a number of JSON',
  PropertyNameExpected: 'the name of a field, in double quotes',
  ValueExpected: 'a value',
  ColonExpected: 'a colon',
  CommaExpected: 'a comma',
  CloseBraceExpected: 'a comma or }',
  CloseBracketExpected: 'a comma or ]',
  EndOfFileExpected: 'nothing after the message',
  InvalidCommentToken: 'no comment, which JSON has not',
  UnexpectedEndOfComment: 'no comment, which JSON has not',
  UnexpectedEndOfString: 'a string that ends in a double quote on its line',
  UnexpectedEndOfNumber: 'a number of JSON',
  InvalidUnicode: '\\u and four hexadecimal digits',
  InvalidEscapeCharacter: 'an escape of JSON, such as \\n',
  InvalidCharacter: 'control characters as escapes, such as \\t',
};
