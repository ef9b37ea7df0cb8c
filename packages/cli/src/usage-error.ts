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

const GLOBAL_OPTIONS = ['root', 'json', 'quiet', 'verbose', 'debug', 'color', 'no-color', 'help', 'version'];

/** Turns what yargs complains about into an error that names the nearest command or option, and where help is. */
export function usageError(
  error: unknown,
  argv: readonly string[],
  commands: readonly CommandNames[],
): CliError {
  if (error instanceof CliError) return error;
  const complaint = unmarkStandardInput(error instanceof Error ? error.message : String(error));
  const command = commandIn(argv, commands);
  const next = helpCommand(command?.name);
  const unknown = /^Unknown (?:argument|command)s?: (.*)$/su.exec(complaint)?.[1]?.split(', ')[0];
  if (unknown === undefined)
    return new CliError('ERR_USAGE', inOwnWords(complaint, command?.name ?? ''), { next });
  const isOption = argv.some(
    (argument) => argument.startsWith('-') && argument.replace(/^-+/, '').startsWith(unknown),
  );
  const known = isOption
    ? [...GLOBAL_OPTIONS, ...(command?.options ?? [])].map((name) => `--${name}`)
    : (command?.subcommands ?? commands.map(({ name }) => name));
  const isLetter = isOption && unknown.length === 1;
  const shown = isLetter ? `-${unknown}` : isOption ? `--${unknown}` : unknown;
  const suggestion = isLetter ? undefined : nearest(shown, known);
  return new CliError(
    'ERR_USAGE',
    `Unknown ${isOption ? 'option' : command === undefined ? 'command' : 'argument'} ${JSON.stringify(shown)}.` +
      (suggestion === undefined ? '' : ` Did you mean ${suggestion}?`),
    { next },
  );
}

/** The command that a command line is for, as far as that can be told without parsing it. */
export function commandIn(
  argv: readonly string[],
  commands: readonly CommandNames[],
): CommandNames | undefined {
  const word = argv.find((argument) => commands.some(({ name }) => name === argument));
  return commands.find(({ name }) => name === word);
}

/** How to get the help of a command, or of the program. */
export function helpCommand(command: string | undefined): string {
  return command === undefined ? 'tapps-mq --help' : `tapps-mq ${command} --help`;
}

/** The words of yargs, as this program says it. */
function inOwnWords(complaint: string, command: string): string {
  const argument = ARGUMENTS[command];
  for (const [pattern, words] of WORDS) {
    const match = pattern.exec(complaint);
    if (match !== null) return words(match.slice(1), argument);
  }
  return sentence(complaint);
}

/** What commands must be told, by the names that their help has. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  ack: 'handle',
  agents: 'names',
  completion: 'shell',
  dlq: 'id',
  export: 'file',
  import: 'file',
  purge: 'agent',
  reject: 'handle',
  renew: 'handle',
  retry: 'handle',
  snooze: 'handle',
};

type Words = (parts: readonly string[], argument: string | undefined) => string;

const WORDS: readonly (readonly [RegExp, Words])[] = [
  [
    /^Not enough non-option arguments/,
    (_parts, argument) =>
      argument === undefined
        ? 'An argument is missing.'
        : `An argument is missing: ${argument.toUpperCase()}.`,
  ],
  [
    /^Missing required arguments?: (.*)$/s,
    ([names = '']) => `--${names.split(', ').join(' and --')} must be given.`,
  ],
  [
    /^Not enough arguments following: (.*)$/s,
    ([name = '']) => `--${name} needs a value, and none follows it.`,
  ],
  [
    /^Invalid values:\s+Argument: (\S+), Given: (.*), Choices: ([^\n]*)$/s,
    ([name = '', given = '', choices = ''], argument) =>
      `${name === argument ? name.toUpperCase() : `--${name}`} needs one of ${choices.replaceAll('"', '')}; got ${given}.`,
  ],
];

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
