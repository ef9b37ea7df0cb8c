import type { Argv } from 'yargs';
import packageJson from '../package.json' with { type: 'json' };
import { CliError } from './cli-error.ts';
import { COMPLETE } from './completion/completion-scripts.ts';
import type { Command } from './commands/command.ts';
import { COMMANDS } from './commands/commands.ts';
import { reportError } from './error-report.ts';
import { divideAtExec } from './exec/exec-arguments.ts';
import { ExitCode } from './exit-code.ts';
import { withGlobalOptions } from './options/global-options.ts';
import type { GlobalOptions } from './options/global-options.ts';
import { DEFAULT_COLUMNS } from './io.ts';
import type { Io } from './io.ts';
import { safe } from './render/safe-text.ts';
import { Chosen, programName, Session } from './session.ts';
import { markStandardInput } from './standard-input.ts';
import { commandIn, usageError } from './usage-error.ts';
import { asksForVersion, tellVersion } from './version.ts';

/** Help is easier to read when its lines do not run across a wide screen. */
const MOST_HELP_COLUMNS = 110;

/**
 * Runs one command line (without node and the program's name) and says what to exit with. Reads and writes through
 * `io` alone, ends no process, and never rejects.
 */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  if (argv[0] === COMPLETE) return await complete(argv.slice(argv[1] === '--' ? 2 : 1), io);
  if (asksForVersion(argv)) return tellVersion(io);
  const session = new Session(io);
  const { own: given, commandArguments } = divideAtExec(argv);
  const own = markStandardInput(given);
  try {
    const help = await parse(own, io, session, commandArguments);
    if (help !== '') io.stdout.write(`${help}\n`);
  } catch (error) {
    if (error instanceof Chosen) await session.perform();
    else session.error = usageError(error, own, COMMANDS);
  }
  if (session.error === undefined) return session.exitCode;
  return reportError(session.error, io, {
    json: own.includes('--json'),
    debug: own.includes('--debug'),
    color: own.includes('--no-color') ? false : own.includes('--color') ? true : undefined,
    program: programName(rootFlag(own)),
    command: commandIn(own, COMMANDS)?.name,
  });
}

/** Answers a shell that completes a line: a candidate a line, a tab and what it is; `:files` for its own file names. */
async function complete(words: readonly string[], io: Io): Promise<ExitCode> {
  const { completeWords } = await import('./completion/complete-words.ts');
  const { candidates, files } = await completeWords(words, io);
  for (const { value, describe } of candidates) io.stdout.write(`${String(safe`${value}\t${describe}`)}\n`);
  if (files) io.stdout.write(':files\n');
  return ExitCode.ok;
}

/** Parses; returns the help or the version where that was asked for. Rejects with {@link Chosen}, or for wrong usage. */
async function parse(
  argv: readonly string[],
  io: Io,
  session: Session,
  commandArguments: readonly string[],
): Promise<string> {
  // Not at once: a shell that completes a line waits for neither it nor anything that it loads.
  const { default: yargs } = await import('yargs');
  let printed = '';
  await meant(argv)
    .reduce((parser, command) => command.add(parser, session, commandArguments), assemble(yargs(), io))
    .parseAsync([...argv], {}, (_error, _parsed, output) => {
      printed = output;
    });
  return printed;
}

/** The commands that a parser has to know: where the first word names one, no other can be meant, and to add them all takes its time. */
function meant(argv: readonly string[]): readonly Command[] {
  const named = COMMANDS.filter(({ name }) => name === argv[0]);
  return named.length > 0 ? named : COMMANDS;
}

function assemble(parser: Argv, io: Io): Argv<GlobalOptions> {
  return withGlobalOptions(parser)
    .scriptName('tapps-mq')
    .usage(
      '$0 <command> [options]\n\nInspect, repair and replay a message queue that is a directory of files.',
    )
    .locale('en')
    .detectLocale(false)
    .parserConfiguration({ 'dot-notation': false, 'parse-numbers': false, 'parse-positional-numbers': false })
    .exitProcess(false)
    .fail(false)
    .strict()
    .demandCommand(1, 'Say what to do: a command is missing.')
    .check(refuseSlips, true)
    .help()
    .alias('help', 'h')
    .version(packageJson.version)
    .alias('version', 'V')
    .example('$0 init', 'Make .tapps-agents/messages here')
    .example('$0 inspect', 'How deep and how old every box is, and what is wrong')
    .epilogue(
      'Exit codes: 0 ok, 1 failure, 2 usage, 3 nothing matched, 4 findings, 5 partly done, 130 interrupted.',
    )
    .wrap(Math.min(io.columns ?? DEFAULT_COLUMNS, MOST_HELP_COLUMNS));
}

/**
 * Refuses what is most likely a slip: an option given twice (yargs makes a list of it, whatever its type), and an empty
 * value, such as that of a shell variable that is not set: `--id "$ID"` must not come to mean every message.
 */
function refuseSlips(options: Record<string, unknown>): true {
  for (const [name, value] of Object.entries(options)) {
    if (name === '_' || name === 'exec' || name.length === 1) continue; // A letter has its long name as well.
    if (Array.isArray(value) && !REPEATABLE.has(name)) {
      throw new CliError('ERR_USAGE', `--${name} is given more than once. Give it once.`);
    }
    if (value === '' || (Array.isArray(value) && value.includes(''))) {
      throw new CliError('ERR_USAGE', `The value of ${name} is empty. Give one, or leave it out.`);
    }
  }
  return true;
}

/** What may be given more than once. */
const REPEATABLE: ReadonlySet<string> = new Set(['names', 'files', 'input', 'set']);

/** The value of `--root` in a command line that could not be parsed, for the commands that are suggested. */
function rootFlag(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('--root');
  return at >= 0
    ? argv[at + 1]
    : argv.find((argument) => argument.startsWith('--root='))?.slice('--root='.length);
}
