import { expect, test } from 'vitest';
import { isExhausted, retryLimits } from '../../src/backoff.ts';
import { exhaustionOf } from '../../src/delivery/exhaustion.ts';

const LIMITS = retryLimits();
const NO_RETRY = { ...LIMITS, maxRetries: 0 };

test.each([
  [
    'five crashes after three snoozes',
    { deliveries: 9, failures: 0, releases: 3, run: 0 },
    NO_RETRY,
    'The message was delivered 5 times and never finished (0 failures; 5 times the process died or the lease ran out); 5 deliveries are allowed. It was handed back 3 times besides, which does not count.',
  ],
  [
    'a crash and four failures',
    { deliveries: 6, failures: 4, releases: 0, run: 0 },
    LIMITS,
    'The message was delivered 5 times and never finished (4 failures; once the process died or the lease ran out); 5 deliveries are allowed.',
  ],
  [
    'one failure that could not be acted on',
    { deliveries: 2, failures: 1, releases: 0, run: 0 },
    NO_RETRY,
    'The handler failed once; no retry is allowed.',
  ],
  [
    'failures with retries',
    { deliveries: 4, failures: 3, releases: 0, run: 0 },
    { ...LIMITS, maxRetries: 2 },
    'The handler failed 3 times; 2 retries are allowed.',
  ],
  [
    'a snooze each minute for a day',
    { deliveries: 999, failures: 0, releases: 998, run: 0 },
    NO_RETRY,
    'The message was delivered 998 times, which is as far as deliveries are counted, and never finished (handed back 998 times; 0 failures; 0 times the process died or the lease ran out).',
  ],
])('what has exhausted a message is said as it was: %s', (_name, counters, limits, sentence) => {
  expect(isExhausted(counters, limits)).toBe(true);
  expect(exhaustionOf(counters, limits)).toBe(`${sentence} See the history, mend the cause, then replay it.`);
});
