import stringWidth from 'string-width';
import { CliError } from './cli-error.ts';
import { safe } from './render/safe-text.ts';
import type { SafeText } from './render/safe-text.ts';
import { wrapped } from './render/wrapped.ts';
import type { CommandContext } from './session.ts';

/** A question before something is done. */
export interface Confirmation {
  /** What is about to be done, as a question: `Remove 12 messages of coder?` */
  readonly question: SafeText;
  /** `--yes` was given: nothing is asked. */
  readonly yes: boolean;
  /**
   * For what cannot be undone: this word (an agent's name, say) is to be typed, as a mere `y` is typed too easily. Left
   * out: `y` or `yes`, in any case; whatever else is typed means no.
   */
  readonly typed?: string;
  /** The command that does it without a question, for where nobody can be asked. */
  readonly next: string;
}

/**
 * Returns when the person at the terminal agrees, or `--yes` was given; no prompt without a terminal.
 *
 * @throws CliError `ERR_NOT_CONFIRMED`: declined, or nobody is there to be asked; `ERR_INTERRUPTED`: Ctrl-C or a signal at the question
 */
export async function confirm(
  { io, output }: Pick<CommandContext, 'io' | 'output'>,
  { question, yes, typed, next }: Confirmation,
): Promise<void> {
  if (yes) return;
  if (io.ask === undefined || output.json) {
    throw new CliError('ERR_NOT_CONFIRMED', 'Nothing was changed: this has to be confirmed.', { next });
  }
  const how = typed === undefined ? safe`[y/N]` : safe`Type ${typed} to go on:`;
  output.status(null);
  const answer = (await io.ask(prompt(question, how, io.columns)))?.trim();
  if (io.interrupts.first.aborted) throw new CliError('ERR_INTERRUPTED', 'Interrupted; nothing was changed.');
  const agreed = typed === undefined ? /^y(?:es)?$/i.test(answer ?? '') : answer === typed;
  if (!agreed) throw new CliError('ERR_NOT_CONFIRMED', 'Nothing was changed: it was not confirmed.');
}

/** In a line where it fits, with room for the answer; else how to answer stands on a line of its own. */
function prompt(question: SafeText, how: SafeText, columns: number | undefined): string {
  const line = `${String(question)} ${String(how)} `;
  if (columns === undefined || stringWidth(line) < columns) return line;
  return `${String(wrapped(question, columns))}\n${String(how)} `;
}
