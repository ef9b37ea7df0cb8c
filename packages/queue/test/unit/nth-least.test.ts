import { array, assert, asyncProperty, double, integer, oneof } from 'fast-check';
import { expect, test } from 'vitest';
import { nthLeast } from '../../src/file-store/retention/nth-least.ts';
import { NumberList } from '../../src/file-store/retention/number-list.ts';

async function rest(): Promise<void> {}

function listOf(values: Iterable<number>): NumberList {
  const list = new NumberList();
  for (const value of values) list.push(value);
  return list;
}

test('it is the value that has this index when all are sorted', async () => {
  const value = oneof(integer({ min: 0, max: 5 }), double({ noNaN: true }));
  await assert(
    asyncProperty(array(value, { minLength: 1, maxLength: 60 }), integer({ min: 0 }), async (values, at) => {
      const index = at % values.length;
      const sorted = Float64Array.from(values).sort();
      const found = await nthLeast(listOf(values), index, rest);
      expect(found === sorted[index]).toBe(true); // 0 and -0 are one value.
    }),
    { numRuns: 2_000 },
  );
});

const COUNT = 200_000;

test.each([
  ['rise', (index: number) => index],
  ['fall', (index: number) => -index],
  ['are all equal', () => 7],
  ['take turns', (index: number) => index % 2],
])(
  'of two hundred thousand that %s, a few passes find it, with a breath now and then',
  async (_, valueOf) => {
    const values = Float64Array.from({ length: COUNT }, (__, index) => valueOf(index));
    const sorted = Float64Array.from(values).sort();
    const list = listOf(values);
    let [looks, sinceBreath, mostAtOnce] = [0, 0, 0];
    const counted = {
      length: list.length,
      at(index: number): number {
        looks += 1;
        sinceBreath += 1;
        mostAtOnce = Math.max(mostAtOnce, sinceBreath);
        return list.at(index);
      },
      set: (index: number, value: number): void => list.set(index, value),
    };
    const found = await nthLeast(counted, 133_333, async () => {
      sinceBreath = 0;
    });
    expect(found).toBe(sorted[133_333]);
    expect(looks).toBeLessThan(COUNT * 12);
    expect(mostAtOnce).toBeLessThan(20_000);
  },
);

test('a short list takes little memory, and grows to a long one', () => {
  const before = process.memoryUsage().arrayBuffers;
  const lists = Array.from({ length: 400 }, () => listOf([1, 2, 3]));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(400 * 4_096);
  for (let value = 4; value <= 200; value += 1) lists[0]?.push(value);
  expect(Array.from({ length: 200 }, (_, index) => lists[0]?.at(index))).toEqual(
    Array.from({ length: 200 }, (_, index) => index + 1),
  );
});

test('a list keeps what was put into it, over the ends of its parts, and has nothing beyond its own', () => {
  const list = listOf(Array.from({ length: 70_000 }, (_, index) => index / 2));
  list.set(65_535, -1);
  list.set(65_536, -2);
  expect(list.length).toBe(70_000);
  expect([0, 65_534, 65_535, 65_536, 65_537, 69_999].map((index) => list.at(index))).toEqual([
    0, 32_767, -1, -2, 32_768.5, 34_999.5,
  ]);
  expect(list.at(70_000)).toBeNaN();
});
