/**
 * The value that would have this index if all were sorted; reorders them. To sort a million numbers holds up the event loop for a
 * tenth of a second; this takes a fraction of it (Hoare's quickselect), and lets `breathe` turn the loop between its passes.
 */
export async function nthLeast(
  values: Float64Array,
  index: number,
  breathe: () => Promise<void>,
): Promise<number> {
  let first = 0;
  let last = values.length - 1;
  while (first < last) {
    const [end, begin] = partition(values, first, last);
    if (index <= end) last = end;
    else if (index >= begin) first = begin;
    else break; // All between the two are equal.
    await breathe();
  }
  return values[index] ?? Number.NaN;
}

/** Puts what is less than some value of the middle before what is more; where the ones end and the others begin. */
function partition(values: Float64Array, first: number, last: number): readonly [number, number] {
  const at = (index: number): number => values[index] ?? 0;
  const [a, b, c] = [at(first), at((first + last) >>> 1), at(last)];
  const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  let low = first;
  let high = last;
  while (low <= high) {
    while (at(low) < pivot) low += 1;
    while (at(high) > pivot) high -= 1;
    if (low > high) break;
    const value = at(low);
    values[low] = at(high);
    values[high] = value;
    low += 1;
    high -= 1;
  }
  return [high, low];
}
