import { CliError } from '../cli-error.ts';

const PER_SECOND: Readonly<Record<string, number>> = { s: 1, m: 1 / 60, h: 1 / 3_600 };

/**
 * Messages a second, from what is typed after `--rate`: `10/s`, `30/m`, `0.5/s` or `100/h`.
 *
 * @throws CliError `ERR_USAGE` for anything else.
 */
export function rateOption(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\/([smh])$/.exec(text);
  const rate = match === null ? 0 : Number(match[1]) * (PER_SECOND[match[2] ?? ''] ?? 0);
  if (rate > 0 && Number.isFinite(rate)) return rate;
  throw new CliError(
    'ERR_USAGE',
    `--rate needs so many a second, minute or hour, such as ${examples(text)}; got ${JSON.stringify(text)}.`,
  );
}

/** Of a bare number all that it may have meant. */
function examples(text: string): string {
  const isBare = /^\d+(?:\.\d+)?$/.test(text) && Number(text) > 0;
  return isBare ? `${text}/s, ${text}/m or ${text}/h` : '10/s, 30/m or 100/h';
}
