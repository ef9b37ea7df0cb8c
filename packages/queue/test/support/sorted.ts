/** A copy in the order of the values' JSON text: to compare what has no order of its own. */
export function sorted<T>(values: Iterable<T>): T[] {
  return [...values]
    .map((value) => ({ value, text: JSON.stringify(value) ?? '' }))
    .toSorted((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ value }) => value);
}
