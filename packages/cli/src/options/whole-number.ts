import { CliError } from '../cli-error.ts';

/**
 * A whole number from what is typed after an option, within the bounds. `option` names the option in the error.
 *
 * @throws CliError `ERR_USAGE` for anything else.
 */
export function wholeNumber(
  text: string,
  option: string,
  bounds: { readonly least: number; readonly most: number },
): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= bounds.least && value <= bounds.most) return value;
  throw new CliError(
    'ERR_USAGE',
    `${option} needs a whole number from ${bounds.least} to ${bounds.most}; got ${JSON.stringify(text)}.`,
  );
}
