import { CliError } from '../cli-error.ts';

/**
 * The options of commands that change much at once or for good, the same everywhere: such a command says what it would do,
 * and does it with `--yes`, or after asking on a terminal (see `confirm.ts`).
 */

/** `-n`: for every command that can say what it would do. */
export const DRY_RUN_OPTION = {
  'dry-run': {
    alias: 'n',
    type: 'boolean',
    default: false,
    describe: 'Only say what would happen; change nothing',
  },
} as const;

/** `-y`: for every command that previews or asks before it acts. */
export const YES_OPTION = {
  yes: { alias: 'y', type: 'boolean', default: false, describe: 'Act, without asking' },
} as const;

/** What yargs makes of {@link DRY_RUN_OPTION} and {@link YES_OPTION}. */
export interface ActingArguments {
  readonly 'dry-run': boolean;
  readonly yes: boolean;
}

/**
 * How a command is to go about it: `act` without a question, only `preview`, or whatever it does when nobody said.
 *
 * @throws CliError `ERR_USAGE` where both options are given
 */
export function intentionOf({ 'dry-run': dryRun, yes }: ActingArguments): 'act' | 'preview' | 'unsaid' {
  if (dryRun && yes) {
    throw new CliError('ERR_USAGE', '--dry-run and --yes exclude each other. Give one of them.');
  }
  return dryRun ? 'preview' : yes ? 'act' : 'unsaid';
}
