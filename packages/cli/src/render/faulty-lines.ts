import type { Fault } from '@tapps-agents/contracts';
import { format } from 'jsonc-parser';
import type { Edit } from 'jsonc-parser';
import stringWidth from 'string-width';
import { Lines } from '../validate/place.ts';
import type { Place } from '../validate/place.ts';
import { spanOf } from '../validate/pointer-span.ts';
import { syntaxFaults, tooDeepAt, treeOf } from '../validate/syntax.ts';
import { join, safe, sanitize } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';
import type { Style } from './style.ts';

/** Longer lines are broken up to be read. */
const MOST_LINE_CHARACTERS = 160;
/** A text of so many lines is shown whole, of a longer one what is near its faults. */
const MOST_LINES = 60;
/** Lines before and after one that is at fault. */
const CONTEXT_LINES = 2;
/** More places where it is no JSON tell nothing new: one missing bracket makes many. */
const MOST_SYNTAX_FAULTS = 3;
/** The parser calls itself for each level. No message may have as many; a dead letter that has more has died of it. */
const MOST_LEVELS = 500;

/** A fault in its line: from `column` (0 is the first) on. */
interface Mark {
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly words: string;
}

/**
 * A JSON text by numbered lines, each fault marked below the line in which it is, with what was expected there. The lines are
 * those of the file, unless they are too long to be read.
 */
export function faultyLines(content: string, details: readonly Fault[], style: Style): SafeText {
  const { text, isBroken } = readable(content);
  const places = new Lines(text);
  const lines = places.texts();
  const marks = marksIn(text, places, details);
  const shown = lines.length <= MOST_LINES ? null : near(marks);
  const gutter = String(lines.length).length;
  const out: SafeText[] = isBroken
    ? [style('dim', safe`  (broken into lines for reading: in the file they are longer)`)]
    : [];
  let last = -1;
  for (const [index, line] of lines.entries()) {
    if (shown !== null && !shown.has(index)) continue;
    if (index > last + 1) out.push(style('dim', safe`  ${' '.repeat(gutter)} ...`));
    last = index;
    const own = marks.filter((mark) => mark.line === index);
    const number = String(index + 1).padStart(gutter);
    out.push(safe`  ${style(own.length > 0 ? 'bad' : 'dim', safe`${number} |`)} ${cut(line)}`);
    for (const mark of own) out.push(markLine(line, mark, gutter, style));
  }
  if (last < lines.length - 1) out.push(style('dim', safe`  ${' '.repeat(gutter)} ...`));
  return join(out, '\n');
}

function markLine(line: string, { column, length, words }: Mark, gutter: number, style: Style): SafeText {
  const before = stringWidth(String(sanitize(line.slice(0, column).replaceAll('\t', '  '))));
  const width = Math.max(1, stringWidth(String(sanitize(line.slice(column, column + length)))));
  const room = Math.max(1, Math.min(width, MOST_LINE_CHARACTERS - before));
  const carets = `${' '.repeat(Math.min(before, MOST_LINE_CHARACTERS))}${'^'.repeat(room)}`;
  return safe`  ${' '.repeat(gutter)} ${style('dim', safe`|`)} ${style('bad', safe`${carets} ${words}`)}`;
}

/** The marks, in the order of the text. What is no JSON has those that say so; what is nested too deeply to be read has none. */
function marksIn(text: string, lines: Lines, details: readonly Fault[]): readonly Mark[] {
  if (tooDeepAt(text, MOST_LEVELS) !== undefined) return [];
  const marks = syntaxFaults(text, MOST_SYNTAX_FAULTS).faults.map((fault) =>
    markAt(lines.placeOf(fault), `no JSON: expected ${fault.expected}, found ${fault.found}`),
  );
  // Also of a text that is broken, as far as it can be read.
  const tree = details.length === 0 ? undefined : treeOf(text);
  if (tree === undefined) return marks;
  for (const { pointer, expected, found } of details) {
    const place = pointer === '' ? '(the whole)' : pointer;
    const words = `${place}: expected ${expected}, found ${found}`;
    marks.push(markAt(lines.placeOf(spanOf(tree, pointer)), words));
  }
  return marks.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function markAt({ line, column, length, text }: Place, words: string): Mark {
  return { line: line - 1, column: column - 1, length: Math.min(length, text.length - column + 1), words };
}

function near(marks: readonly Mark[]): ReadonlySet<number> {
  const lines = new Set(Array.from({ length: CONTEXT_LINES + 1 }, (_, index) => index));
  for (const { line } of marks) {
    for (let one = line - CONTEXT_LINES; one <= line + CONTEXT_LINES; one += 1) lines.add(one);
  }
  return lines;
}

/** The text, broken into lines where its own are too long; what cannot be is left as it is. */
function readable(content: string): { readonly text: string; readonly isBroken: boolean } {
  const text = content.trimEnd();
  if (text.split('\n').every((line) => line.length <= MOST_LINE_CHARACTERS)) return { text, isBroken: false };
  if (tooDeepAt(text, MOST_LEVELS) !== undefined) return { text, isBroken: false };
  const options = { insertSpaces: true, tabSize: 2, eol: '\n' };
  const broken = edited(text, format(text, undefined, options));
  return { text: broken, isBroken: broken !== text };
}

/** In one pass: jsonc-parser's own `applyEdits` copies the whole text for each edit, which takes minutes for some megabytes. */
function edited(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let end = 0;
  for (const { offset, length, content } of edits) {
    parts.push(text.slice(end, offset), content);
    end = offset + length;
  }
  return `${parts.join('')}${text.slice(end)}`;
}

function cut(line: string): SafeText {
  const whole = line.replaceAll('\t', '  ');
  return whole.length <= MOST_LINE_CHARACTERS
    ? sanitize(whole)
    : safe`${whole.slice(0, MOST_LINE_CHARACTERS - 1)}…`;
}
