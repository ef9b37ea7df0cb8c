import { sanitize } from './render/safe-text.ts';

/**
 * A word as it has to be typed in a shell, for commands that are suggested: as the shells of a platform read it, by default this
 * process's. What a terminal would act on or hide is written by its number, so that the command stays right when it is shown.
 *
 * POSIX: as sh reads it; such characters as `$'\u202e'`, which bash, zsh and ksh read.
 * Windows: between double quotes, which cmd and PowerShell both take; of what either of them would put something else for, as for
 * `$HOME`, `%PATH%` or an inner quote, as PowerShell reads it: between single quotes, and such characters as `` "`u{202e}" ``
 * (learn.microsoft.com: about_Quoting_Rules, about_Special_Characters; cmd has no form for them).
 */
export function shellWord(word: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? windowsWord(word) : posixWord(word);
}

function posixWord(word: string): string {
  if (/^[\w./:@%+=,-]+$/.test(word) && !word.startsWith('-')) return word;
  if (isShownAsItIs(word)) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  return `$'${String(sanitize(word.replaceAll(/[\\']/g, String.raw`\$&`)))}'`;
}

function windowsWord(word: string): string {
  // Other than in sh, `~` stands for nothing, and `\` is part of each path; a comma parts the members of a list.
  if (/^[\w.\\/:+=~-]+$/.test(word) && !word.startsWith('-')) return word;
  if (!isShownAsItIs(word)) {
    const quoted = word.replaceAll(/["$`]/g, '`$&');
    return `"${String(sanitize(quoted)).replaceAll(/\\u([0-9a-f]{4})/g, '`u{$1}')}"`;
  }
  // Of a single `%` cmd makes nothing else; a backslash before the last quote would be taken for one that escapes it.
  const isForBoth = !/["$`]|%[^%]*%/.test(word);
  return isForBoth ? `"${word.replace(/\\+$/, '$&$&')}"` : `'${word.replaceAll("'", "''")}'`;
}

function isShownAsItIs(word: string): boolean {
  return String(sanitize(word)) === word;
}
