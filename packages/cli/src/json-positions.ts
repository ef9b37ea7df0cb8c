import { findNodeAtLocation, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';

/** A stretch of a text: from `start` on, `length` characters (UTF-16 units). */
export interface Stretch {
  readonly start: number;
  readonly length: number;
}

/** Something that is wrong with a JSON text as such. */
export interface SyntaxFault extends Stretch {
  /** In words, such as `comma expected`. */
  readonly text: string;
}

/** Where the parts of a JSON text stand. */
export interface JsonPositions {
  /** What makes it no JSON, the first few; empty for JSON. */
  readonly faults: readonly SyntaxFault[];
  /**
   * Where the value at a JSON Pointer (RFC 6901) stands; for one that is not there the opening of the nearest value around it,
   * which is where it is missing. Undefined where nothing is known.
   */
  locate(pointer: string): Stretch | undefined;
}

/** More of them tell nothing new: one missing bracket makes many. */
const MOST_FAULTS = 3;

/** Messages may have 100 levels; a dead letter that has more has died of it. */
const MOST_LEVELS = 500;

/**
 * Finds out where the parts of a JSON text stand; also of one that is broken or cut off, as far as it can be read. Text that is
 * nested too deeply to be read has no positions.
 */
export function jsonPositions(text: string): JsonPositions {
  const errors: ParseError[] = [];
  const root = treeOf(text, errors);
  return {
    faults: errors.slice(0, MOST_FAULTS).map(({ error, offset, length }) => ({
      start: offset,
      length,
      text: inWords(printParseErrorCode(error)),
    })),
    locate: (pointer) => (root === undefined ? undefined : stretchOf(root, segmentsOf(pointer))),
  };
}

/** The parser calls itself for each level, so it is not asked to read what is nested deeper than any message may be. */
function treeOf(text: string, errors: ParseError[]): Node | undefined {
  return isTooDeep(text) ? undefined : parseTree(text, errors, { disallowComments: true });
}

/** Whether brackets outside of strings are open at more than {@link MOST_LEVELS} levels. */
export function isTooDeep(text: string): boolean {
  // Character by character: an expression that takes a string as a whole runs out of stack in a long one.
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isInString) {
      if (character === '\\') at += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth > MOST_LEVELS) return true;
  }
  return false;
}

function stretchOf(root: Node, segments: readonly string[]): Stretch {
  let node = root;
  for (const segment of segments) {
    const key = node.type === 'array' && /^\d+$/.test(segment) ? Number(segment) : segment;
    const inner = findNodeAtLocation(node, [key]);
    if (inner === undefined) return { start: node.offset, length: 1 };
    node = inner;
  }
  return { start: node.offset, length: node.length };
}

function segmentsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** `CommaExpected` as `comma expected`. */
function inWords(code: string): string {
  return code.replaceAll(/(?!^)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}
