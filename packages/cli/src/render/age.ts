const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/**
 * A length of time in at most two units, such as `3d 4h`, `12m 5s` or `0s`; rounded down. Less than nothing (clocks that
 * disagree) counts as nothing.
 */
export function age(duration_ms: number): string {
  const first = UNITS.findIndex(([, unit_ms]) => duration_ms >= unit_ms);
  const unit = first < 0 ? undefined : UNITS[first];
  if (unit === undefined) return '0s';
  const [name, unit_ms] = unit;
  const whole = `${Math.floor(duration_ms / unit_ms)}${name}`;
  const next = UNITS[first + 1];
  if (next === undefined) return whole;
  const rest = Math.floor((duration_ms % unit_ms) / next[1]);
  return rest === 0 ? whole : `${whole} ${rest}${next[0]}`;
}

/** When something was, as a person says it: `5m 2s ago (2026-01-09T00:00:00.000Z)`; what is no time comes back as it is. */
export function moment(time: string, now_ms: number): string {
  const time_ms = Date.parse(time);
  return Number.isNaN(time_ms) ? time : `${age(now_ms - time_ms)} ago (${time})`;
}
