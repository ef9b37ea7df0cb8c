import type { Argv } from 'yargs';
import { ROOT_VARIABLE } from './root.ts';

/** The options that every command takes. */
export interface GlobalOptions {
  readonly root: string | undefined;
  readonly json: boolean;
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
    .option('debug', { type: 'boolean', default: false, describe: 'Show stack traces' })
    .option('color', {
      type: 'boolean',
      describe: 'Colour, or none with --no-color (default: on a terminal)',
    });
}
