import { sanitize } from './render/safe-text.ts';

/**
 * A word as it has to be typed in a POSIX shell, for commands that are suggested. What a terminal would act on or hide is written as
 * `$'\u202e'`, as bash, zsh and ksh read it, so that the command stays right when it is shown.
 */
export function shellWord(word: string): string {
  if (/^[\w./:@%+=,-]+$/.test(word) && !word.startsWith('-')) return word;
  if (String(sanitize(word)) === word) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  return `$'${String(sanitize(word.replaceAll(/[\\']/g, String.raw`\$&`)))}'`;
}
