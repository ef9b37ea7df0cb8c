/**
 * Text that may go to a terminal. Ids, reasons, file names and errors come from disk and from other people; any
 * of them may carry escape sequences that move the cursor, rename the window or hide what follows. This file is the
 * only one that makes {@link SafeText}, and human output takes nothing else, so that a forgotten call does
 * not compile.
 */

/**
 * What a terminal would act on or hide, none of which belongs in shown text: C0, DEL and C1 controls, line and
 * paragraph separators, marks and overrides of the writing direction (they make `exe.txt` read as `txt.exe`),
 * invisible characters, and lone halves of surrogate pairs. The zero-width joiner stays: emoji need it.
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Surrogate}/gu;

/** The same, without line feed and tab. */
const UNSAFE_IN_BLOCK =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Surrogate}/gu;

/** Text in which nothing but this program's own styling can act on a terminal. Made by this file's functions only. */
export class SafeText {
  readonly #value: string;

  private constructor(value: string) {
    this.#value = value;
  }

  /** For this file and `style.ts`, which adds colours: takes `value` as it is. */
  static trusted(value: string): SafeText {
    return new SafeText(value);
  }

  toString(): string {
    return this.#value;
  }
}

/** One line of text from anywhere, with whatever is unsafe (line feeds too) shown as `\u001b` and the like. */
export function sanitize(text: string): SafeText {
  return SafeText.trusted(text.replace(UNSAFE, visible));
}

/** Text of several lines from anywhere: line feeds and tabs stay, the rest as in {@link sanitize}. */
export function sanitizeBlock(text: string): SafeText {
  return SafeText.trusted(text.replaceAll('\r\n', '\n').replace(UNSAFE_IN_BLOCK, visible));
}

/** Words of our own around values from anywhere: safe`from ${agentId}` sanitizes every value that is not SafeText. */
export function safe(
  words: TemplateStringsArray,
  ...values: readonly (string | number | SafeText)[]
): SafeText {
  let text = words[0] ?? '';
  values.forEach((value, index) => {
    text += String(typeof value === 'string' ? sanitize(value) : value) + (words[index + 1] ?? '');
  });
  return SafeText.trusted(text);
}

/** Puts pieces together. */
export function join(pieces: readonly SafeText[], separator: string): SafeText {
  return SafeText.trusted(pieces.map(String).join(separator));
}

/** The lines of a text whose styles each end on the line on which they begin. */
export function linesOf(text: SafeText): readonly SafeText[] {
  return String(text)
    .split('\n')
    .map((line) => SafeText.trusted(line));
}

/** A JSON text without any character that a terminal would act on; its value is unchanged, for they sit in strings only. */
export function terminalSafeJson(value: unknown, indentation?: number): string {
  return JSON.stringify(value, undefined, indentation).replace(UNSAFE_IN_BLOCK, visible);
}

function visible(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
