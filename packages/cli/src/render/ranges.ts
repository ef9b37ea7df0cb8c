/** Ascending whole numbers in few words: `3, 5-9, 12`. */
export function ranges(numbers: readonly number[]): string {
  const found: { readonly from: number; to: number }[] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last !== undefined && number === last.to + 1) last.to = number;
    else found.push({ from: number, to: number });
  }
  return found.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}
