import type { MessageError } from '@tapps-agents/contracts';

/** So many faults are named. */
const MOST_NAMED = 2;

/** What is wrong with a dead letter's reason that could not be read as one, in a line. */
export function reasonDamage({ faults, message }: MessageError): string {
  if (faults.length === 0) return message;
  const named = faults
    .slice(0, MOST_NAMED)
    .map(
      ({ pointer, expected, found }) =>
        `${pointer === '' ? '' : `${pointer}: `}expected ${expected}, found ${found}`,
    );
  const more = faults.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
