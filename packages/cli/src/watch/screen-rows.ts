/** A part of the overview: how many lines it would need, and whether the keys move in it. */
export interface Part {
  readonly need: number;
  readonly isActive: boolean;
}

/** What is shown of a part: its heading, and so many lines below it. */
export interface Rows {
  readonly hasHeading: boolean;
  readonly lines: number;
}

/** How the rows are divided up: null for a part that is left out. */
export interface Division {
  readonly hasGaps: boolean;
  readonly parts: readonly (Rows | null)[];
}

/** The first part, the boxes, gives way to the others down to so many lines. */
const LEAST_FIRST = 3;
/** With so many rows a blank line between two parts is worth more than a line more of one. */
const ROWS_WITH_GAPS = 16;

/**
 * The parts share the rows: each gets what it needs, the longest give way first. Where that is not enough, empty parts give up their
 * line, then the blank lines between parts go, then empty parts, then the last ones; the first and the active one stay to the end.
 */
export function divided(parts: readonly Part[], rows: number): Division {
  const all = parts.map(() => true);
  const notEmpty = parts.map(({ need, isActive }, index) => index === 0 || need > 0 || isActive);
  const ways: Way[] = [
    { kept: all, isFolded: false, hasGaps: true },
    { kept: all, isFolded: true, hasGaps: true },
    { kept: all, isFolded: true, hasGaps: false },
    { kept: notEmpty, isFolded: true, hasGaps: false },
  ];
  const kept = [...notEmpty];
  for (let index = parts.length - 1; index > 0; index -= 1) {
    if (kept[index] !== true || parts[index]?.isActive === true) continue;
    kept[index] = false;
    ways.push({ kept: [...kept], isFolded: true, hasGaps: false });
  }
  const active = Math.max(
    0,
    parts.findIndex(({ isActive }) => isActive),
  );
  for (const way of ways) {
    const { given, isWhole, fits } = shared(parts, way, rows);
    const isGoodEnough = way.hasGaps ? way.isFolded && rows >= ROWS_WITH_GAPS : way.kept !== all;
    if (isWhole || (fits && isGoodEnough)) return { hasGaps: way.hasGaps, parts: given };
  }
  // A heading alone tells nothing.
  const only = { hasHeading: rows > 1, lines: Math.max(1, rows - 1) };
  return { hasGaps: false, parts: parts.map((_, index) => (index === active ? only : null)) };
}

interface Way {
  readonly kept: readonly boolean[];
  /** Empty parts have a heading alone. */
  readonly isFolded: boolean;
  readonly hasGaps: boolean;
}

function shared(
  parts: readonly Part[],
  { kept, isFolded, hasGaps }: Way,
  rows: number,
): { readonly given: readonly (Rows | null)[]; readonly isWhole: boolean; readonly fits: boolean } {
  const count = kept.filter(Boolean).length;
  const room = rows - count - (hasGaps ? count - 1 : 0);
  const lines = parts.map(({ need, isActive }, index) => {
    if (kept[index] !== true) return 0;
    return isFolded && need === 0 && index > 0 && !isActive ? 0 : Math.max(1, need);
  });
  const least = lines.map((one, index) => Math.min(one, index === 0 ? LEAST_FIRST : 1));
  const isWhole = sum(lines) <= room;
  while (sum(lines) > room) {
    const largest = largestAbove(lines, least);
    if (largest < 0) break;
    lines[largest] = (lines[largest] ?? 0) - 1;
  }
  const given = lines.map((one, index) => (kept[index] === true ? { hasHeading: true, lines: one } : null));
  return { given, isWhole, fits: sum(lines) <= room };
}

function largestAbove(lines: readonly number[], least: readonly number[]): number {
  let largest = -1;
  for (const [index, one] of lines.entries())
    if (one > (least[index] ?? 0) && one > (lines[largest] ?? 0)) largest = index;
  return largest;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
