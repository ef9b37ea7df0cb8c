import { Violation } from '../target.ts';

// Written out anew, so that a hole in the expression of the cli is not repeated here: C0 (but for tab and line feed), DEL, C1,
// lone surrogates, and what turns or hides text.
const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Surrogate}/u;
/** The styles that the cli gives to text itself: bold, dim, four colours, and their ends. */
const OWN_STYLES = /\u001b\[(?:1|2|22|31|32|33|36|39)m/g;

/** A progress bar of the cli, drawn: to the beginning of its line, a word, how far it is, and away with what else stands there. */
const OWN_BAR = /\u001b\[1G([a-z][a-z ]* [\d[\]#.%/∞ a-zA-Z]*)\u001b\[0K/g;
/** What is going on, in a line of its own in the place of another. */
const OWN_STATUS = /\r\u001b\[K((?:reading|waiting) [^\r\n\u001b]*)/g;
/** What takes either away, at its end or so that something can be told in its place. */
const BAR_ENDS = /\u001b\[1G\u001b\[2K|\r\u001b\[K/g;

/** What of the program's own a text may have: its styles, and on a terminal's standard error its bars and its line of what is going on. */
export interface Allowed {
  readonly styled?: boolean;
  readonly bars?: boolean;
}

/** Throws where text for a terminal has anything in it that a terminal acts on or hides, but what is allowed. */
export function mustBeTerminalSafe(
  text: string,
  what: string,
  { styled = false, bars = false }: Allowed = {},
): void {
  const unstyled = styled ? text.replaceAll(OWN_STYLES, '') : text;
  const found = UNSAFE.exec(bars ? withoutBars(unstyled) : unstyled);
  if (found === null) return;
  const code = found[0].codePointAt(0)?.toString(16).padStart(4, '0');
  const around = JSON.stringify(text.slice(Math.max(0, found.index - 40), found.index + 40));
  throw new Violation('terminal escape', `${what} has U+${code} in ${around}`);
}

/** Where nothing was drawn, there is nothing to be taken away. */
function withoutBars(text: string): string {
  const plain = text.replaceAll(OWN_STATUS, '$1').replaceAll(OWN_BAR, '$1');
  return plain === text ? text : plain.replaceAll(BAR_ENDS, '');
}
