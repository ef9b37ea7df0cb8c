import { taskAssignment, taskComplete } from '@tapps-agents/contracts';
import { assert, double, integer, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoff_ms, isExhausted, limitsFor, retryLimits } from '../../src/backoff.ts';
import type { RetryDefaults } from '../../src/queue.ts';

const DAY_MS = 86_400_000;
const task = { agent_id: 'a', workflow_id: 'w', task_id: 't' };
const counters = { deliveries: 1, failures: 0, releases: 0, run: 0 };

describe("the queue's limits", () => {
  test('have defaults', () => {
    expect(retryLimits()).toEqual({
      backoff_ms: 1_000,
      multiplier: 2,
      maxBackoff_ms: 300_000,
      maxRetries: 4,
      maxDeliveries: 5,
    });
  });

  test.each<[RetryDefaults, string]>([
    [{ maxDeliveries: 0 }, 'retry.maxDeliveries'],
    [{ maxDeliveries: 1.5 }, 'retry.maxDeliveries'],
    [{ maxDeliveries: 901 }, 'retry.maxDeliveries'],
    [{ multiplier: -1 }, 'retry.multiplier'],
    [{ multiplier: Number.NaN }, 'retry.multiplier'],
    [{ backoff: -1 }, 'retry.backoff'],
    [{ maxBackoff: '1w' as never }, 'retry.maxBackoff'],
  ])('refuse %j, naming %s', (options, what) => {
    expect(() => retryLimits(options)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_OPTION',
        message: expect.stringContaining(what) as string,
      }),
    );
  });
});

describe("a message's own policy", () => {
  test('wins over the defaults', () => {
    const retry_policy = {
      max_retries: 2,
      backoff_seconds: 3,
      backoff_multiplier: 1.5,
      max_backoff_seconds: 10,
    };
    expect(limitsFor(taskAssignment({ ...task, retry_policy }), retryLimits())).toEqual({
      backoff_ms: 3_000,
      multiplier: 1.5,
      maxBackoff_ms: 10_000,
      maxRetries: 2,
      maxDeliveries: 5,
    });
    const many = { ...retry_policy, max_retries: 1_000_000, max_backoff_seconds: null };
    expect(limitsFor(taskAssignment({ ...task, retry_policy: many }), retryLimits())).toMatchObject({
      maxBackoff_ms: 30 * DAY_MS,
      maxRetries: 900,
      maxDeliveries: 901,
    });
  });

  test('is for tasks alone', () => {
    const defaults = retryLimits({ maxDeliveries: 7 });
    expect(limitsFor(taskComplete({ ...task, status: 'completed' }), defaults)).toBe(defaults);
  });
});

describe('the backoff', () => {
  const limits = record({
    backoff_ms: integer({ min: 0, max: 10 * DAY_MS }),
    multiplier: double({ min: 0, max: 1e6, noNaN: true }),
    maxBackoff_ms: integer({ min: 0, max: 1_000 * DAY_MS }),
    maxRetries: integer({ min: 0, max: 900 }),
    maxDeliveries: integer({ min: 1, max: 900 }),
  });
  const random = double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  test('is a whole number from 0 to the exponential bound, and never more than allowed', () => {
    assert(
      property(limits, integer({ min: 0, max: 999 }), random, (by, failures, chance) => {
        const delay_ms = backoff_ms(by, failures, () => chance);
        expect(Number.isSafeInteger(delay_ms)).toBe(true);
        expect(delay_ms).toBeGreaterThanOrEqual(0);
        expect(delay_ms).toBeLessThanOrEqual(Math.min(by.maxBackoff_ms, 30 * DAY_MS));
        if (by.backoff_ms === 0) expect(delay_ms).toBe(0);
        if (failures <= 1) expect(delay_ms).toBeLessThanOrEqual(by.backoff_ms);
        if (by.multiplier <= 1) expect(delay_ms).toBeLessThanOrEqual(by.backoff_ms);
      }),
      { numRuns: 1_000 },
    );
  });

  test('grows by the multiplier up to its limit, and spreads over all of it', () => {
    const by = retryLimits({ backoff: 1_000, multiplier: 3, maxBackoff: 20_000 });
    const bounds = [1, 2, 3, 4, 5].map((failures) => backoff_ms(by, failures, () => 1));
    expect(bounds).toEqual([1_000, 3_000, 9_000, 20_000, 20_000]);
    expect([0, 0.25, 0.5].map((chance) => backoff_ms(by, 2, () => chance))).toEqual([0, 750, 1_500]);
  });

  test('of nothing stays nothing, however often it failed', () => {
    const retry_policy = { backoff_seconds: 0, backoff_multiplier: 1_000, max_retries: 900 };
    const by = limitsFor(taskAssignment({ ...task, retry_policy }), retryLimits());
    expect(backoff_ms(by, 500, () => 1)).toBe(0);
  });
});

describe('a message is given up', () => {
  const limits = { ...retryLimits({ maxDeliveries: 3 }) };
  test.each([
    [{ deliveries: 3 }, false],
    [{ deliveries: 4 }, true],
    [{ deliveries: 4, releases: 1 }, false],
    [{ deliveries: 5, releases: 1 }, true],
    [{ deliveries: 3, failures: 2 }, false],
    [{ deliveries: 3, failures: 3 }, true],
    [{ deliveries: 999, releases: 999 }, true],
  ])('with %j: %s', (some, expected) => {
    expect(isExhausted({ ...counters, ...some }, limits)).toBe(expected);
  });
});
