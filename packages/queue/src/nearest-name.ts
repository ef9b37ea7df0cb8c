/**
 * The known name that is most like a mistyped one; null when none is near. Compares by edits (insert, delete,
 * replace, swap neighbours), ignoring case.
 */
export function nearestName(name: string, known: readonly string[]): string | null {
  let best: { readonly name: string; readonly distance: number } | null = null;
  for (const candidate of known.slice(0, 1_000)) {
    const distance = editDistance(name.toLowerCase().slice(0, 100), candidate.toLowerCase().slice(0, 100));
    if (best === null || distance < best.distance) best = { name: candidate, distance };
  }
  if (best === null || best.distance > Math.max(2, Math.floor(name.length / 3))) return null;
  // As many edits as letters make any name of any other.
  return best.distance < Math.max(name.length, best.name.length) ? best.name : null;
}

/** Optimal string alignment distance, row by row. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replace = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replace);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
