import type { Fault } from '@tapps-agents/contracts';
import { format } from 'jsonc-parser';
import type { Edit } from 'jsonc-parser';
import stringWidth from 'string-width';
import { isTooDeep, jsonPositions } from '../json-positions.ts';
import type { Stretch } from '../json-positions.ts';
import { join, safe, sanitize } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';
import type { Style } from './style.ts';

/** Longer lines are broken up to be read. */
const MOST_LINE_CHARACTERS = 160;
/** A text of so many lines is shown whole, of a longer one what is near its faults. */
const MOST_LINES = 60;
/** Lines before and after one that is at fault. */
const CONTEXT_LINES = 2;

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
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const marks = marksIn(text, details);
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

/** The marks, in the order of the text. What is no JSON has those that say so. */
function marksIn(text: string, details: readonly Fault[]): readonly Mark[] {
  const positions = jsonPositions(text);
  const starts = lineStarts(text);
  const marks = positions.faults.map((fault) => markAt(starts, text, fault, `no JSON: ${fault.text}`));
  for (const { pointer, expected, found } of details) {
    const stretch = positions.locate(pointer);
    if (stretch === undefined) continue;
    const place = pointer === '' ? '(the whole)' : pointer;
    marks.push(markAt(starts, text, stretch, `${place}: expected ${expected}, found ${found}`));
  }
  return marks.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function markAt(starts: readonly number[], text: string, { start, length }: Stretch, words: string): Mark {
  const after = starts.findIndex((lineStart) => lineStart > start);
  const line = (after < 0 ? starts.length : after) - 1;
  const lineStart = starts[line] ?? 0;
  const end = text.indexOf('\n', start);
  const inLine = (end < 0 ? text.length : end) - start;
  return { line, column: start - lineStart, length: Math.min(length, inLine), words };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
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
  if (isTooDeep(text)) return { text, isBroken: false };
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
