import { CliError } from '../cli-error.ts';

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A date, or a date and time of day; without a zone it means UTC. */
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * A moment, in milliseconds since 1970, from what is typed after an option: `2026-01-09`, `2026-01-09T12:30Z`, or so long
 * ago: `90s`, `30m`, `2h`, `7d`. `option` names the option in the error.
 *
 * @throws CliError `ERR_USAGE` for anything else, and for dates that do not exist.
 */
export function pointInTime(text: string, option: string, now_ms: number): number {
  const ago = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  if (ago !== null) return now_ms - Number(ago[1]) * (UNITS_MS[ago[2] ?? ''] ?? Number.NaN);
  const date = DATE.exec(text);
  const zoned = date !== null && text.includes('T') && date[1] === undefined ? `${text}Z` : text;
  const time_ms = date === null ? Number.NaN : Date.parse(zoned);
  const exists =
    !Number.isNaN(time_ms) &&
    new Date(`${text.slice(0, 10)}T00:00Z`).getUTCDate() === Number(text.slice(8, 10));
  if (exists) return time_ms;
  throw new CliError(
    'ERR_USAGE',
    `${option} needs a moment such as 2026-01-09, 2026-01-09T12:30Z or, so long ago, 30m, 2h or 7d; got ${JSON.stringify(text)}.`,
  );
}
