import { Violation } from '../target.ts';

// Written out anew, so that a hole in the expression of the cli is not repeated here: C0 (but for tab and line feed), DEL, C1,
// lone surrogates, and what turns or hides text.
const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Surrogate}/u;
/** The styles that the cli gives to text itself: bold, dim, four colours, and their ends. */
const OWN_STYLES = /\u001b\[(?:1|2|22|31|32|33|36|39)m/g;

/** What a progress bar of the cli writes: to the beginning of its line, and away with what stands there. */
const OWN_BAR = /\r\u001b\[K|\u001b\[(?:1G|0K|2K)/g;

/** Throws where text for a terminal has anything in it that a terminal acts on or hides, but the program's own styles and bars. */
export function mustBeTerminalSafe(text: string, what: string, styled = false): void {
  const found = UNSAFE.exec(styled ? text.replaceAll(OWN_STYLES, '').replaceAll(OWN_BAR, '') : text);
  if (found === null) return;
  const code = found[0].codePointAt(0)?.toString(16).padStart(4, '0');
  const around = JSON.stringify(text.slice(Math.max(0, found.index - 40), found.index + 40));
  throw new Violation('terminal escape', `${what} has U+${code} in ${around}`);
}
