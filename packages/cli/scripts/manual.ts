import { commandReferences, globalOptionReferences } from '../src/command-reference.ts';
import type { CommandReference, OptionReference, PositionalReference } from '../src/command-reference.ts';

/**
 * The day that the page bears, set by hand with a release: neither the clock nor the history of the repository decides what is
 * generated, so that it is the same everywhere.
 */
const DATE = '2026-11-29';

/** The manual page tapps-mq(1), in man(7) macros, from what the commands say of themselves. */
export function manual(): string {
  const commands = commandReferences();
  return [
    '.\\" Generated from the help of the commands (npm run generate); do not edit.',
    `.TH TAPPS\\-MQ 1 "${DATE}" "tapps\\-mq" "User Commands"`,
    '.SH NAME',
    'tapps\\-mq \\- inspect, repair and replay a message queue that is a directory of files',
    '.SH SYNOPSIS',
    ...commands.flatMap(runnable).flatMap(synopsis).slice(0, -1),
    '.SH DESCRIPTION',
    ...DESCRIPTION.flatMap((paragraph) => ['.PP', text(paragraph)]).slice(1),
    '.SH COMMANDS',
    ...commands.flatMap(runnable).flatMap(section),
    '.SH GLOBAL OPTIONS',
    'Every command takes these.',
    ...globalOptionReferences().flatMap(option),
    '.SH EXIT STATUS',
    ...Object.entries(EXIT_CODES).flatMap(([code, means]) => ['.TP', `.B ${code}`, text(means)]),
    '.SH ENVIRONMENT',
    ...Object.entries(ENVIRONMENT).flatMap(([name, means]) => ['.TP', `.B ${escape(name)}`, text(means)]),
    '.SH FILES',
    '.TP',
    `.I ${escape('.tapps-agents/messages')}`,
    text('The messages directory, in this folder or the nearest one above that has it.'),
    '',
  ]
    .filter((line, index, all) => line !== '' || index === all.length - 1)
    .map(continued)
    .join('\n');
}

/** Lines of the source that are longer are no style, says mandoc. */
const MOST_BYTES = 80;

/** A line that goes on in the next ones, each but the last with the backslash that makes them one to roff. All of it is ASCII. */
function continued(line: string): string {
  const lines = [''];
  for (const word of line.split(/(?<= )/)) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + word.length >= MOST_BYTES) lines.push(word);
    else lines.splice(-1, 1, last + word);
  }
  return lines.join('\\\n');
}

const DESCRIPTION = [
  'A messages directory is a queue for agents that work together: one message is one file, every state is a directory, and every change is one atomic rename. There is no server. This program is for the person, or the script, that operates one. It works beside live agents.',
  'Data goes to standard output, all else to standard error. With --json, standard output is one JSON document a line; the shapes are stable, and each has a JSON Schema in the package.',
];

const EXIT_CODES = {
  '0': 'All is well.',
  '1': 'It failed; nothing was done, or what was done is told.',
  '2': 'The command line was wrong; nothing was done.',
  '3': 'Nothing was what was asked for.',
  '4': 'Something was found that is still to be put right.',
  '5': 'Some is done, some is not; the output says which.',
  '130': 'Interrupted, by SIGINT or SIGTERM; everything is consistent.',
};

const ENVIRONMENT = {
  TAPPS_MQ_ROOT: 'The messages directory, unless --root names one.',
  NO_COLOR: 'No colour, whatever it says.',
  FORCE_COLOR: 'Colour, also without a terminal; 0 and false mean none.',
};

/** A command that only leads to others is told by them. */
function runnable(command: CommandReference): readonly CommandReference[] {
  if (command.subcommands.length === 0) return [command];
  return command.subcommands.flatMap(runnable);
}

function synopsis({ path, positionals, usage }: CommandReference): readonly string[] {
  if (usage !== undefined) {
    const rest = usage.slice(`tapps-mq ${path} `.length);
    return [`.B tapps\\-mq ${escape(path)}`, text(rest), '.br'];
  }
  return [`.B tapps\\-mq ${escape(path)}`, `.RI [ options ]${positionals.map(placeholder).join('')}`, '.br'];
}

function placeholder({ name, isRequired, isRepeated }: PositionalReference): string {
  const word = `${escape(name.toUpperCase())}${isRepeated ? ' ...' : ''}`;
  return isRequired ? ` " ${word}"` : ` " [${word}]"`;
}

function section(command: CommandReference): readonly string[] {
  const { path, summary, positionals, options, examples, epilogue } = command;
  return [
    `.SS ${escape(path)}`,
    text(`${summary}.`),
    ...positionals.flatMap(({ name, describe, choices }) => [
      '.TP',
      `.I ${escape(name.toUpperCase())}`,
      text(withChoices(describe, choices)),
    ]),
    ...options.flatMap(option),
    ...(epilogue === undefined ? [] : ['.PP', text(epilogue)]),
    ...examples.flatMap((example) => [
      '.PP',
      text(`${example.describe}:`),
      '.PP',
      '.in +4n',
      '.nf',
      text(example.command),
      '.fi',
      '.in',
    ]),
  ];
}

function option({
  name,
  letter,
  describe,
  takesValue,
  choices,
  isRequired,
  standard,
}: OptionReference): readonly string[] {
  const flag = `${letter === undefined ? '' : `\\-${escape(letter)}, `}\\-\\-${escape(name)}`;
  const notes = [
    ...(isRequired ? ['needed'] : []),
    ...(standard === undefined ? [] : [`default: ${standard}`]),
  ];
  return [
    '.TP',
    takesValue ? `.BI "${flag} " ${escape(name.toUpperCase())}` : `.B ${flag}`,
    text(`${withChoices(describe, choices)}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`),
  ];
}

function withChoices(describe: string, choices: readonly string[]): string {
  return choices.length === 0 ? describe : `${describe}: ${choices.join(', ')}`;
}

/** One line of text: no line of roff may begin with a dot or an apostrophe that is meant as such. */
function text(line: string): string {
  const escaped = escape(line.trim());
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

/** Backslashes would begin escapes, hyphens be made typographic, and beyond ASCII not every terminal's man follows. */
function escape(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replaceAll('’', '\\(cq')
    .replaceAll('…', '...')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .replaceAll('`', '\\(ga');
}
