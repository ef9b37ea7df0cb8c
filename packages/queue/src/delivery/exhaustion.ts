import type { RetryLimits } from '../backoff.ts';
import type { Counters } from '../stored-message.ts';

const NEXT = 'See the history, mend the cause, then replay it.';

/**
 * Why a message that is exhausted is given up, as a sentence for people: which of the three bounds of `isExhausted` it has met. The
 * counters are those of its present delivery, which no handler has seen.
 */
export function exhaustionOf({ deliveries, failures, releases }: Counters, limits: RetryLimits): string {
  if (failures > limits.maxRetries)
    return `The handler failed ${times(failures)}; ${retries(limits.maxRetries)} allowed. ${NEXT}`;
  const attempts = Math.max(0, deliveries - 1 - releases);
  const unsettled = Math.max(0, attempts - failures);
  const became = `${counted(failures, 'failure')}; ${times(unsettled)} the process died or the lease ran out`;
  const releasedToo =
    releases === 0 ? '' : ` It was handed back ${times(releases)} besides, which does not count.`;
  return attempts >= limits.maxDeliveries
    ? `The message was delivered ${times(attempts)} and never finished (${became}); ${limits.maxDeliveries === 1 ? '1 delivery is' : `${limits.maxDeliveries} deliveries are`} allowed.${releasedToo} ${NEXT}`
    : `The message was delivered ${times(deliveries - 1)}, which is as far as deliveries are counted, and never finished (handed back ${times(releases)}; ${became}). ${NEXT}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function retries(count: number): string {
  if (count === 0) return 'no retry is';
  return count === 1 ? '1 retry is' : `${count} retries are`;
}
