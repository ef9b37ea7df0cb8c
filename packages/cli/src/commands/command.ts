import type { Argv } from 'yargs';
import type { GlobalOptions } from '../options/global-options.ts';
import type { Session } from '../session.ts';
import type { CommandNames } from '../usage-error.ts';

/** One command of the program. Loading it must stay cheap: what it works with is imported when it runs. */
export interface Command extends CommandNames {
  /** Adds it to the parser. `commandArguments` is what stood after `--exec COMMAND`. */
  add(
    parser: Argv<GlobalOptions>,
    session: Session,
    commandArguments: readonly string[],
  ): Argv<GlobalOptions>;
}
