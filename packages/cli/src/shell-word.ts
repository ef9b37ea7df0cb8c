/** A word as it has to be typed in a POSIX shell, for commands that are suggested. */
export function shellWord(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) && !word.startsWith('-')
    ? word
    : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
