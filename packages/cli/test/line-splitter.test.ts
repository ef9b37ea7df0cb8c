import { expect, it } from 'vitest';
import { LineSplitter } from '../src/line-splitter.ts';

it.each([
  [['a\nb\nc'], ['a', 'b'], 'c'],
  [['a', 'b\n', '\nc', 'd', '\n'], ['ab', '', 'cd'], ''],
  [[''], [], ''],
])('finds the lines of %j', (pieces, lines, rest) => {
  const splitter = new LineSplitter();
  expect(pieces.flatMap((piece) => [...splitter.add(piece)])).toEqual(lines);
  expect(splitter.length).toBe(rest.length);
  expect(splitter.rest()).toBe(rest);
  expect(splitter.length).toBe(0);
});

it('looks at a line of many pieces one time, not again for each of them', { timeout: 30_000 }, () => {
  const splitter = new LineSplitter();
  const piece = 'x'.repeat(65_536);
  for (let count = 0; count < 2_500; count += 1) expect([...splitter.add(piece)]).toEqual([]);
  const [line] = splitter.add('\n');
  expect(line?.length).toBe(2_500 * piece.length);
});
