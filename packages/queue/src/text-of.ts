/** Anything as text, for messages and warnings. Never throws: anything can be thrown, and be an error's message. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value); // An object that cannot be turned into text.
  }
}
