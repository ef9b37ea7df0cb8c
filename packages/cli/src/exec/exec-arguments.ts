/** A command line, divided at `--exec`. */
export interface DividedArguments {
  /** What this program parses; ends in `--exec=COMMAND` where there was one. */
  readonly own: readonly string[];
  /** What belongs to the command: its arguments, untouched, whatever they look like. */
  readonly commandArguments: readonly string[];
}

/**
 * Divides a command line at its first `--exec`: everything after it belongs to the command, also what looks like an
 * option of ours. The command's name stays as the value of `--exec`, so that other commands refuse it as an
 * unknown option, and so that a missing one is seen.
 */
export function divideAtExec(argv: readonly string[]): DividedArguments {
  const at = argv.findIndex((argument) => argument === '--exec' || argument.startsWith('--exec='));
  const end = argv.indexOf('--');
  if (at < 0 || (end >= 0 && end < at)) return { own: argv, commandArguments: [] };
  const marker = argv[at] ?? '';
  const command =
    marker === '--exec' ? argv.slice(at + 1) : [marker.slice('--exec='.length), ...argv.slice(at + 1)];
  return { own: [...argv.slice(0, at), `--exec=${command[0] ?? ''}`], commandArguments: command.slice(1) };
}
