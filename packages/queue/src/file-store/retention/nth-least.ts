import type { NumberList } from './number-list.ts';

/** So many steps are taken without a breath: a millisecond's worth, even of code that is not compiled yet. */
const STEPS = 8_192;

/**
 * The value that would have this index if all were sorted; reorders them. To sort a million numbers holds up the event loop for a
 * tenth of a second, and one pass over them for a hundredth. This takes a few passes (Hoare's quickselect), and lets `breathe` turn
 * the loop within each.
 */
export async function nthLeast(
  values: Pick<NumberList, 'length' | 'at' | 'set'>,
  index: number,
  breathe: () => Promise<void>,
): Promise<number> {
  let first = 0;
  let last = values.length - 1;
  while (first < last) {
    const [end, begin] = await partition(values, first, last, breathe);
    if (index <= end) last = end;
    else if (index >= begin) first = begin;
    else break; // All between the two are equal.
  }
  return values.at(index);
}

/** Puts what is less than some value of the middle before what is more; where the ones end and the others begin. */
async function partition(
  values: Pick<NumberList, 'at' | 'set'>,
  first: number,
  last: number,
  breathe: () => Promise<void>,
): Promise<readonly [number, number]> {
  const [a, b, c] = [values.at(first), values.at((first + last) >>> 1), values.at(last)];
  const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  let low = first;
  let high = last;
  for (let step = 1; low <= high; step += 1) {
    const [below, above] = [values.at(low), values.at(high)];
    if (below < pivot) low += 1;
    else if (above > pivot) high -= 1;
    else {
      values.set(low, above);
      values.set(high, below);
      low += 1;
      high -= 1;
    }
    if (step % STEPS === 0) await breathe();
  }
  await breathe();
  return [high, low];
}
