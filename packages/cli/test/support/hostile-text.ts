/**
 * Everything that a terminal would act on, or that would hide what follows, in one text: colours, the window's title, a link (OSC 8),
 * clearing the screen, C1 forms of the same, backspaces, carriage returns, bells, overrides of the writing direction, invisible characters.
 * Without NUL and slash, so that it can be an argument and a file's name.
 */
export const HOSTILE =
  '\u001b[31m\u001b]0;title\u0007\u001b]8;;evil:x\u001b\\link\u001b]8;;\u001b\\\u001b[2J\u001b[1A\u001bP+q\u001b\\' +
  '\u009b31m\u009d0;title\u009c\u0085\b\b\rover\u007f\n\u2028\u2029\u202e\u2066\u2069\u200e\u061c\u200b\ufeff';

/** The same as far as ids may have it: nothing of it is a control character. */
export const HOSTILE_ID = '\u202e\u2066x\u2069\u200f\u200b\u2028\ufeff\u061c';

/** The escape sequences that this program itself writes: its few styles on and off. */
const OWN_STYLES = /\u001b\[(?:1|2|22|31|32|33|36|39)m/g;

/** A progress bar, drawn: to the beginning of its line, a word, how far it is, and away with what else stands there. */
const OWN_BAR = /\u001b\[1G([a-z][a-z ]* [\d[\]#.%/∞ a-zA-Z]*)\u001b\[0K/g;

/** What takes a bar away, at its end or so that something can be told in its place. */
const BAR_ENDS = /\u001b\[1G\u001b\[2K|\r\u001b\[K/g;

/**
 * What is in a text that must not reach a terminal, each as `U+001B`; empty when all is well. `bars`: a progress bar may stand there,
 * which is on standard error, and on a terminal, alone.
 */
export function unsafeIn(
  text: string,
  { styled, bars = false }: { readonly styled: boolean; readonly bars?: boolean },
): readonly string[] {
  const found = new Set<string>();
  const unstyled = styled ? text.replaceAll(OWN_STYLES, '') : text;
  for (const character of bars ? withoutBars(unstyled) : unstyled) {
    const code = character.codePointAt(0) ?? 0;
    if (isUnsafe(code)) found.add(`U+${code.toString(16).toUpperCase().padStart(4, '0')}`);
  }
  return [...found];
}

/** What is going on, in a line of its own in the place of another. */
const OWN_STATUS = /\r\u001b\[K((?:reading|waiting) [^\r\n\u001b]*)/g;

/** Where nothing was drawn, there is nothing to be taken away. */
function withoutBars(text: string): string {
  const plain = text.replaceAll(OWN_STATUS, '$1').replaceAll(OWN_BAR, '$1');
  return plain === text ? text : plain.replaceAll(BAR_ENDS, '');
}

/** Written out anew, so that a hole in the source's expression is not repeated here. */
function isUnsafe(code: number): boolean {
  return (
    (code < 0x20 && code !== 0x0a && code !== 0x09) ||
    (code >= 0x7f && code <= 0x9f) ||
    (code >= 0xd800 && code <= 0xdfff) ||
    code === 0x061c ||
    (code >= 0x200b && code <= 0x200f && code !== 0x200d) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0xfeff
  );
}
