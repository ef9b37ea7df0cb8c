import { expect, test } from 'vitest';
import { cyclesOf, meansOver, quantile, ratioOf, spreadOf } from '../src/statistics.ts';

test('a quantile lies between the figures around it', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([10], 0.99)).toBe(10);
  expect(quantile([], 0.5)).toBeNaN();
});

test('a spread is the middle and the quarters', () => {
  expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ median: 3, low: 2, high: 4 });
});

test('a cycle goes from one time to another, and no time is counted twice or left out of one', () => {
  expect(cyclesOf([0, 1, 0, 0, 2, 0, 1, 0], 1)).toEqual([
    [1, 4],
    [4, 6],
  ]);
  expect(cyclesOf([1, 1, 1, 1, 1], 2)).toEqual([
    [0, 2],
    [2, 4],
  ]);
  expect(cyclesOf([0, 1, 0], 1)).toEqual([]);
  expect(cyclesOf([0, 1, 1, 0], 3)).toEqual([]);
});

test('means are taken over every cycle', () => {
  const cycles = cyclesOf([0, 1, 0, 1, 1], 1);
  expect(meansOver(cycles, [9, 1, 3, 5, 8])).toEqual([2, 5]);
});

test('a ratio is taken round by round, so that a slow round does not show', () => {
  // Each round as slow as the machine was; the second costs twice the first in every one of them.
  expect(ratioOf([2, 20, 6], [1, 10, 3])).toEqual({ median: 2, low: 2, high: 2 });
});
