import type { Message, RetryPolicy } from '@tapps-agents/contracts';
import { toMilliseconds } from './duration.ts';
import { QueueError } from './errors.ts';
import { isTaskAssignment } from './identity.ts';
import {
  BACKOFF_LIMIT_MS,
  DEFAULT_BACKOFF_MS,
  DEFAULT_MAX_BACKOFF_MS,
  DEFAULT_MAX_DELIVERIES,
  DEFAULT_MULTIPLIER,
} from './limits.ts';
import type { RetryDefaults } from './queue.ts';
import type { Counters } from './stored-message.ts';

/** How often, and after how long, a message is tried again. */
export interface RetryLimits {
  readonly backoff_ms: number;
  readonly multiplier: number;
  readonly maxBackoff_ms: number;
  /** Failures after which it is still tried again. */
  readonly maxRetries: number;
  /** Deliveries, crashes included, after which it is given up whatever became of them. */
  readonly maxDeliveries: number;
}

/** The queue's limits from its options. */
export function retryLimits(options: RetryDefaults = {}): RetryLimits {
  const maxDeliveries = options.maxDeliveries ?? DEFAULT_MAX_DELIVERIES;
  const multiplier = options.multiplier ?? DEFAULT_MULTIPLIER;
  if (!Number.isInteger(maxDeliveries) || maxDeliveries < 1 || maxDeliveries > 900) {
    throw new QueueError(
      'ERR_INVALID_OPTION',
      `retry.maxDeliveries must be a whole number from 1 to 900; got ${maxDeliveries}`,
    );
  }
  if (!Number.isFinite(multiplier) || multiplier < 0) {
    throw new QueueError(
      'ERR_INVALID_OPTION',
      `retry.multiplier must be a number from 0 up; got ${multiplier}`,
    );
  }
  return {
    backoff_ms: toMilliseconds(options.backoff ?? DEFAULT_BACKOFF_MS, 'retry.backoff'),
    multiplier,
    maxBackoff_ms: toMilliseconds(options.maxBackoff ?? DEFAULT_MAX_BACKOFF_MS, 'retry.maxBackoff'),
    maxRetries: maxDeliveries - 1,
    maxDeliveries,
  };
}

/** A message's own policy where it has one, else the queue's. Crashes are limited by the larger of the two. */
export function limitsFor(message: Message, defaults: RetryLimits): RetryLimits {
  const policy = retryPolicyOf(message);
  if (policy === null) return defaults;
  const maxRetries = Math.min(policy.max_retries, 900);
  return {
    backoff_ms: policy.backoff_seconds * 1_000,
    multiplier: policy.backoff_multiplier,
    maxBackoff_ms:
      policy.max_backoff_seconds === null ? BACKOFF_LIMIT_MS : policy.max_backoff_seconds * 1_000,
    maxRetries,
    maxDeliveries: Math.max(defaults.maxDeliveries, maxRetries + 1),
  };
}

/** Full jitter: anything from 0 to the exponential bound, so that what failed together does not come back together. */
export function backoff_ms(limits: RetryLimits, failures: number, random: () => number): number {
  if (limits.backoff_ms === 0) return 0; // Also when the power below is infinite: their product would be no number.
  const bound = limits.backoff_ms * limits.multiplier ** Math.max(0, failures - 1);
  return Math.round(random() * Math.min(bound, limits.maxBackoff_ms, BACKOFF_LIMIT_MS));
}

/** Whether a message was delivered too often without being finished or handed back; its present delivery included. */
export function isExhausted(counters: Counters, limits: RetryLimits): boolean {
  return (
    counters.deliveries - counters.releases > limits.maxDeliveries ||
    counters.deliveries >= 999 ||
    counters.failures > limits.maxRetries
  );
}

function retryPolicyOf(message: Message): RetryPolicy | null {
  return isTaskAssignment(message) ? message.retry_policy : null;
}
