import { expect, test } from 'vitest';
import { meansOver, quantile, ratioOf, spreadOf } from '../src/statistics.ts';

test('a quantile lies between the figures around it', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([10], 0.99)).toBe(10);
  expect(quantile([], 0.5)).toBeNaN();
});

test('a spread is the middle and the quarters', () => {
  expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ median: 3, low: 2, high: 4 });
});

test('means are taken over every run of so many, or over all', () => {
  expect(meansOver(2, [1, 3, 5, 1])).toEqual([2, 4, 3]);
  expect(meansOver(50, [1, 2, 6])).toEqual([3]);
});

test('a ratio is taken round by round, so that a slow round does not show', () => {
  // Each round as slow as the machine was; the second costs twice the first in every one of them.
  expect(ratioOf([2, 20, 6], [1, 10, 3])).toEqual({ median: 2, low: 2, high: 2 });
});
