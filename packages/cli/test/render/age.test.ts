import { describe, expect, it } from 'vitest';
import { age, moment } from '../../src/render/age.ts';

describe('age', () => {
  it.each([
    [-5, '0s'],
    [0, '0s'],
    [999, '0s'],
    [1_000, '1s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [725_000, '12m 5s'],
    [3_600_000, '1h'],
    [3_659_000, '1h'],
    [90_000_000, '1d 1h'],
    [40 * 86_400_000, '40d'],
  ])('%d ms is %s', (duration_ms, expected) => {
    expect(age(duration_ms)).toBe(expected);
  });
});

describe('moment', () => {
  it('says how long ago, and when', () => {
    expect(moment('2026-01-09T00:00:00.000Z', Date.parse('2026-01-09T00:02:05Z'))).toBe(
      '2m 5s ago (2026-01-09T00:00:00.000Z)',
    );
  });

  it('passes on what is no time', () => {
    expect(moment('yesterday', 0)).toBe('yesterday');
  });
});
