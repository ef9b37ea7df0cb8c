import { CliError } from './cli-error.ts';
import { describeError } from './error-report.ts';

/**
 * What ends a command that has done some of what was asked for, and failed at the rest: says both, with 5. `done` is the beginning of a
 * sentence, such as `3 were sent`; `next` does the rest once the cause is mended.
 */
export function partlyDone(done: string, cause: unknown, next: string): CliError {
  return new CliError('ERR_PARTLY_DONE', `${done}, but not all: ${describeError(cause, '').message}`, {
    cause,
    next: `mend that, then ${next}`,
  });
}
