import { join, linesOf, safe, SafeText } from './safe-text.ts';

/*
 * A terminal breaks a line that is too long in the middle of a word. Sentences are broken between words instead, and commands, which
 * are there to be copied, are not broken at all: one that does not fit stands on a line of its own. In a pipe nothing is broken, so
 * that `grep` finds a whole line.
 */

/** What is one command: in backquotes, or from the name of this program on, until a gap, a bracket or a comma. */
const COMMAND = /`tapps-mq[^`]*`|(?:\u001b\[[\d;]*m)?\btapps-mq(?: (?:'[^']*'|"[^"]*"|[^\s'"(;,])+)+/g;

/** Narrower terminals are left to themselves. */
const LEAST_COLUMNS = 20;

/**
 * Breaks what is longer than `columns`; undefined: nothing. What follows a break is moved to the right as far as its line began,
 * and `hanging` more.
 */
export function wrapped(text: SafeText, columns: number | undefined, hanging = 0): SafeText {
  if (columns === undefined || columns < LEAST_COLUMNS) return text;
  return join(
    linesOf(text).map((line) => (widthOf(String(line)) <= columns ? line : broken(line, columns, hanging))),
    '\n',
  );
}

/** Words, and the command they are about: after a colon, or where that is too long on a line of its own. */
export function withCommand(
  words: SafeText,
  command: SafeText,
  columns: number | undefined,
  hanging: number,
): SafeText {
  // What the system says often ends as a sentence does, which a colon does not go behind.
  const said = SafeText.trusted(String(words).replace(/\.$/, ''));
  const line = safe`${said}: ${command}`;
  if (columns === undefined || widthOf(String(line)) <= columns) return line;
  const indentation = indentationOf(String(said)) + ' '.repeat(hanging);
  return safe`${wrapped(safe`${said}:`, columns, hanging)}\n${indentation}${command}`;
}

/** The beginning of a text without styles that fits into a line; a terminal would wrap the rest into another, and not wipe that away. */
export function cutToWidth(text: SafeText, columns: number): SafeText {
  if (widthOf(String(text)) <= columns) return text;
  let line = '';
  let width = 1;
  for (const character of String(text)) {
    width += widthOf(character);
    if (width > columns) break;
    line += character;
  }
  return SafeText.trusted(`${line}…`);
}

function broken(line: SafeText, columns: number, hanging: number): SafeText {
  const text = String(line);
  const indentation = indentationOf(text) + ' '.repeat(hanging);
  const lines: string[] = [];
  let current = indentationOf(text);
  let isEmpty = true;
  const begin = (): void => {
    lines.push(current);
    current = indentation;
    isEmpty = true;
  };
  for (const { piece, isCommand, isAfterGap } of piecesOf(text.trimStart())) {
    if (isAfterGap && !isEmpty) begin();
    const fits = widthOf(current) + (isEmpty ? 0 : 1) + widthOf(piece) <= columns;
    if (!fits && !isEmpty) begin();
    current += isEmpty ? piece : ` ${piece}`;
    isEmpty = false;
    if (isCommand && !fits) begin();
  }
  if (!isEmpty) lines.push(current);
  return SafeText.trusted(lines.join('\n'));
}

/** A word, or a whole command. */
interface Piece {
  readonly piece: string;
  readonly isCommand: boolean;
  /** A gap of several spaces, which sets apart what follows, is the first place to break a line. */
  readonly isAfterGap: boolean;
}

function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  const words = (until: number): void => {
    for (const [spaces, word] of wordsOf(text.slice(at, until)))
      pieces.push({ piece: word, isCommand: false, isAfterGap: spaces >= GAP });
  };
  for (const match of text.matchAll(COMMAND)) {
    words(match.index);
    const end = match.index + match[0].length;
    // What touches it, such as a full stop, stays with it.
    at = text.indexOf(' ', end) < 0 ? text.length : text.indexOf(' ', end);
    const before = text.slice(0, match.index);
    const isAfterGap = before.length - before.trimEnd().length >= GAP;
    pieces.push({ piece: text.slice(match.index, at), isCommand: true, isAfterGap });
  }
  words(text.length);
  return pieces;
}

const GAP = 3;

/** Each word, with how many spaces are before it. */
function wordsOf(text: string): readonly (readonly [number, string])[] {
  return [...text.matchAll(/( *)([^ ]+)/g)].map(([, spaces = '', word = '']) => [spaces.length, word]);
}

function indentationOf(text: string): string {
  return /^ */.exec(text)?.[0] ?? '';
}

const STYLING = /\u001b\[[\d;]*m/g;
const NO_COLUMN = /[\p{M}\u200d]/gu;
const TWO_COLUMNS =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/gu;

/** How many columns a text takes, near enough to break lines by; the library that knows it exactly takes long to load. */
function widthOf(text: string): number {
  const shown = text.replaceAll(STYLING, '').replaceAll(NO_COLUMN, '');
  return Array.from(shown).length + (shown.match(TWO_COLUMNS)?.length ?? 0);
}
