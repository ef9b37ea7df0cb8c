import path from 'node:path';
import { parseArgs } from 'node:util';
import { DemoError } from './demo-error.ts';

/** What the caller chose. Paths are absolute. */
export interface DemoOptions {
  /** The folder whose source files are analysed. It is only read. */
  readonly folder: string;
  /** Where the demo puts its own directory; null: a fresh one among the temporary files. */
  readonly root: string | null;
  readonly maxFiles: number;
  readonly help: boolean;
}

/** What `--help` prints. */
export const USAGE = `npm run demo [-- FOLDER] [--root DIR] [--max-files N]

A team of processes analyses the source files of FOLDER (default: this repository),
talking only through a messages directory, which stays afterwards for you to look at.

  --root DIR      use DIR (new or empty) instead of a fresh temporary directory
  --max-files N   analyse at most N files (default 600)
`;

const DEFAULT_MAX_FILES = 600;
const MAX_FILES = 5_000;

/**
 * Reads the command line. `base` is what relative paths start from; `repository` is the default folder.
 *
 * @throws DemoError `ERR_USAGE`, saying what was wrong.
 */
export function parseOptions(argv: readonly string[], base: string, repository: string): DemoOptions {
  const { values, positionals } = parse(argv);
  if (positionals.length > 1) {
    throw new DemoError('ERR_USAGE', `Only one folder can be analysed; got ${positionals.join(', ')}.`);
  }
  const maxFiles = values['max-files'] === undefined ? DEFAULT_MAX_FILES : Number(values['max-files']);
  if (!Number.isInteger(maxFiles) || maxFiles < 1 || maxFiles > MAX_FILES) {
    throw new DemoError('ERR_USAGE', `--max-files must be a whole number from 1 to ${MAX_FILES}.`);
  }
  return {
    folder: path.resolve(base, positionals[0] ?? repository),
    root: values.root === undefined ? null : path.resolve(base, values.root),
    maxFiles,
    help: values.help === true,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        root: { type: 'string' },
        'max-files': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new DemoError('ERR_USAGE', error instanceof Error ? error.message : String(error), error);
  }
}
