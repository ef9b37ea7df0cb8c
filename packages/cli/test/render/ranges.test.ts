import { expect, it } from 'vitest';
import { ranges } from '../../src/render/ranges.ts';

it.each([
  [[7], '7'],
  [[1, 2, 3], '1-3'],
  [[1, 3, 4, 9], '1, 3-4, 9'],
])('%j in few words is %j', (numbers, text) => {
  expect(ranges(numbers)).toBe(text);
});
