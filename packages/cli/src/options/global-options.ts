import type { Argv } from 'yargs';
import { CliError } from '../cli-error.ts';
import { ROOT_VARIABLE } from '../root.ts';

/** The options that every command takes. */
export interface GlobalOptions {
  readonly root: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly debug: boolean;
  readonly color: boolean | undefined;
}

/** Adds the options that every command takes. */
export function withGlobalOptions(parser: Argv): Argv<GlobalOptions> {
  return parser
    .option('root', {
      type: 'string',
      requiresArg: true,
      describe: `The messages directory (default: $${ROOT_VARIABLE}, else the nearest ancestor's .tapps-agents/messages)`,
    })
    .option('json', {
      type: 'boolean',
      default: false,
      describe: 'Print JSON: one document a line, shapes in the README',
    })
    .option('quiet', {
      alias: 'q',
      type: 'boolean',
      default: false,
      describe: 'No remarks and no progress: only data, warnings and errors',
    })
    .option('verbose', {
      alias: 'v',
      type: 'boolean',
      default: false,
      describe: 'Remarks on what is done, and where',
    })
    .option('debug', { type: 'boolean', default: false, describe: 'Show stack traces' })
    .option('color', {
      type: 'boolean',
      describe: 'Colour, or none with --no-color (default: on a terminal)',
    })
    .check(({ quiet, verbose }) => {
      if (quiet && verbose) {
        throw new CliError('ERR_USAGE', '--quiet and --verbose exclude each other. Give one of them.');
      }
      return true;
    }, true);
}
