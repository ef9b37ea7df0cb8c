import { inspect } from 'node:util';
import { QueueError } from './errors.ts';
import { MIN_LEASE_MS } from './limits.ts';

/** A length of time: milliseconds, or a number with a unit, e.g. `'250ms'`, `'30s'`, `'10m'`, `'1.5h'`, `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The longest duration that is taken: ten years, in milliseconds. */
export const MAX_DURATION_MS = 10 * 365 * 86_400_000;

/**
 * Turns a duration into whole milliseconds. `what` names the option in the error.
 *
 * @throws QueueError `ERR_INVALID_OPTION` for anything that is not a duration from 0 to ten years.
 */
export function toMilliseconds(duration: Duration, what: string): number {
  const value = typeof duration === 'number' ? duration : parseDuration(duration);
  if (!Number.isFinite(value) || value < 0 || value > MAX_DURATION_MS) {
    throw new QueueError(
      'ERR_INVALID_OPTION',
      `${what} must be a duration from 0 to ten years, such as 500, '250ms', '30s', '10m', '2h' or '7d'; got ${inspect(duration, { depth: 0, maxStringLength: 80 })}`,
    );
  }
  return Math.round(value);
}

function parseDuration(text: unknown): number {
  const match = typeof text === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim()) : null;
  return match === null ? Number.NaN : Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? Number.NaN);
}

/** A lease, in milliseconds. */
export function leaseMilliseconds(lease: Duration): number {
  const lease_ms = toMilliseconds(lease, 'lease');
  if (lease_ms >= MIN_LEASE_MS) return lease_ms;
  throw new QueueError('ERR_INVALID_OPTION', `lease must be at least ${MIN_LEASE_MS} ms; got ${lease_ms}`);
}

/** How long a delivery may be held by hand, in milliseconds. @throws QueueError `ERR_INVALID_OPTION` */
export function deliveryLease_ms(lease: Duration): number {
  const lease_ms = toMilliseconds(lease, 'lease');
  if (lease_ms > 0) return lease_ms;
  throw new QueueError('ERR_INVALID_OPTION', 'lease must be at least 1 ms; got 0');
}
