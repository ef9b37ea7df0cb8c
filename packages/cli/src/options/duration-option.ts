import type { Duration } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';

const DURATION = /^\d+(?:\.\d+)?(?:ms|s|m|h|d)?$/;

/**
 * A duration from what is typed after an option: `250ms`, `30s`, `10m`, `1.5h`, `7d`, or a bare number of milliseconds.
 * `option` names the option in the error. The queue checks its bounds.
 *
 * @throws CliError `ERR_USAGE` for anything else.
 */
export function durationOption(text: string, option: string): Duration {
  if (isDuration(text)) return text;
  if (/^\d+$/.test(text)) return Number(text);
  throw new CliError(
    'ERR_USAGE',
    `${option} needs a duration such as 250ms, 30s, 10m, 2h or 7d; got ${JSON.stringify(text)}.`,
  );
}

function isDuration(text: string): text is Exclude<Duration, number> {
  return DURATION.test(text) && !/\d$/.test(text);
}
