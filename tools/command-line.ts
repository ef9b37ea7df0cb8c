import { parseArgs, type ParseArgsConfig } from 'node:util';

/**
 * Reads the command line of a tool of this repository. `--help` prints how it is used and ends the process with 0; what no option says is told in
 * a line, and ends it with 2.
 */
export function readCommandLine<T extends ParseArgsConfig>(
  usage: string,
  config: T,
): ReturnType<typeof parseArgs<T>> {
  const words = config.args ?? process.argv.slice(2);
  if (words.includes('--help') || words.includes('-h')) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    if (!isAboutOptions(error)) throw error;
    console.error(`${error.message}\nSee --help.`);
    process.exit(2);
  }
}

/** @see https://nodejs.org/api/errors.html: ERR_PARSE_ARGS_UNKNOWN_OPTION and two more */
function isAboutOptions(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}
