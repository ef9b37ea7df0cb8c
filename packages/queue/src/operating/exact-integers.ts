/**
 * The sentence that refuses to write this message anew, where it has an integer that would not be the same then; null where it has none.
 *
 * An integer beyond 2^53 is read as the nearest 64-bit float. Who handles a message gets that; but on disk nobody changes what a
 * writer in another language, which can count further, has said.
 *
 * @param text a message, which is JSON
 */
export function integerThatWouldChange(text: string): string | null {
  for (const [token] of text.matchAll(STRING_OR_NUMBER)) {
    if (!/^-?[0-9]+$/.test(token)) continue;
    const value = Number(token);
    if (Number.isSafeInteger(value) || String(value) === token || BigInt(value) === BigInt(token)) continue;
    return `the integer ${shown(token)} would be written as ${value}, since it is beyond 2^53 - 1. Make it a string, as in "${shown(token)}".`;
  }
  return null;
}

const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/g;

function shown(digits: string): string {
  return digits.length <= 40 ? digits : `${digits.slice(0, 40)}…`;
}
