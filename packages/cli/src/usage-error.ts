import { CliError } from './cli-error.ts';
import { unmarkStandardInput } from './standard-input.ts';
import { nearest } from './suggest.ts';

/** What is known of a command without parsing: enough to suggest it, and its options. */
export interface CommandNames {
  readonly name: string;
  /** Its subcommands, where it has any. */
  readonly subcommands?: readonly string[];
  /** Its options, without dashes. */
  readonly options: readonly string[];
}

const GLOBAL_OPTIONS = ['root', 'json', 'debug', 'color', 'no-color', 'help', 'version'];

/** Turns what yargs complains about into an error that names the nearest command or option, and where help is. */
export function usageError(
  error: unknown,
  argv: readonly string[],
  commands: readonly CommandNames[],
): CliError {
  if (error instanceof CliError) return error;
  const complaint = unmarkStandardInput(error instanceof Error ? error.message : String(error));
  const command = commands.find(({ name }) => argv.includes(name));
  const next = `tapps-mq ${command === undefined ? '' : `${command.name} `}--help`;
  const unknown = /^Unknown (?:argument|command)s?: (.*)$/su.exec(complaint)?.[1]?.split(', ')[0];
  if (unknown === undefined) return new CliError('ERR_USAGE', sentence(complaint), { next });
  const isOption = argv.some(
    (argument) => argument.startsWith('-') && argument.replace(/^-+/, '').startsWith(unknown),
  );
  const known = isOption
    ? [...GLOBAL_OPTIONS, ...(command?.options ?? [])].map((name) => `--${name}`)
    : (command?.subcommands ?? commands.map(({ name }) => name));
  const shown = isOption ? `--${unknown}` : unknown;
  const suggestion = nearest(shown, known);
  return new CliError(
    'ERR_USAGE',
    `Unknown ${isOption ? 'option' : command === undefined ? 'command' : 'argument'} ${JSON.stringify(shown)}.` +
      (suggestion === undefined ? '' : ` Did you mean ${suggestion}?`),
    { next },
  );
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
