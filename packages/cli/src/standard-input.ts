/**
 * What stands for `-` on its way through yargs, which makes nothing of a lone dash in a positional's place. Contains a NUL,
 * so no argument of a process can be the same by chance.
 */
export const STANDARD_INPUT = '\u0000-';

/** Replaces each lone dash by its stand-in. */
export function markStandardInput(argv: readonly string[]): readonly string[] {
  return argv.map((argument) => (argument === '-' ? STANDARD_INPUT : argument));
}

/** Puts the dash back, for values and errors. */
export function unmarkStandardInput(text: string): string {
  return text.replaceAll(STANDARD_INPUT, '-');
}
