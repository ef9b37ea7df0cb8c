import { array, assert, asyncProperty, double, integer, oneof } from 'fast-check';
import { expect, test } from 'vitest';
import { nthLeast } from '../../src/file-store/retention/nth-least.ts';

async function rest(): Promise<void> {}

test('it is the value that has this index when all are sorted', async () => {
  const value = oneof(integer({ min: 0, max: 5 }), double({ noNaN: true }));
  await assert(
    asyncProperty(array(value, { minLength: 1, maxLength: 60 }), integer({ min: 0 }), async (values, at) => {
      const index = at % values.length;
      const sorted = Float64Array.from(values).sort();
      const found = await nthLeast(Float64Array.from(values), index, rest);
      expect(found === sorted[index]).toBe(true); // 0 and -0 are one value.
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['rise', (index: number) => index],
  ['fall', (index: number) => -index],
  ['are all equal', () => 7],
  ['take turns', (index: number) => index % 2],
])('of a hundred thousand that %s, a few dozen passes find it', async (_, valueOf) => {
  const values = Float64Array.from({ length: 100_000 }, (__, index) => valueOf(index));
  const sorted = Float64Array.from(values).sort();
  let passes = 0;
  const found = await nthLeast(values, 66_666, async () => {
    passes += 1;
  });
  expect(found).toBe(sorted[66_666]);
  expect(passes).toBeLessThan(60);
});
