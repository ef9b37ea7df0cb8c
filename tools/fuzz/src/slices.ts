import type { Target } from './target.ts';

/** Some inputs of one target, for one worker. */
export interface Slice {
  readonly target: string;
  readonly first: number;
  readonly count: number;
}

const MEMORY_SLICE = 40_000;
const DISK_SLICE = 250;

/** Divides so many inputs among the targets by their shares, and into slices; those on disk first, which take longest. */
export function slicesFor(targets: readonly Target[], memoryInputs: number, diskInputs: number): Slice[] {
  const shares = (kind: Target['kind']): number =>
    targets.filter((target) => target.kind === kind).reduce((sum, { share }) => sum + share, 0);
  const total = { memory: shares('memory'), disk: shares('disk') };
  const inputs = { memory: memoryInputs, disk: diskInputs };
  return targets
    .toSorted((a, b) => (a.kind === b.kind ? 0 : a.kind === 'disk' ? -1 : 1))
    .flatMap((target) => {
      const count =
        target.all?.().length ?? Math.ceil((inputs[target.kind] * target.share) / (total[target.kind] || 1));
      return cut(target.name, count, target.kind === 'memory' ? MEMORY_SLICE : DISK_SLICE);
    });
}

function cut(target: string, count: number, most: number): Slice[] {
  const slices: Slice[] = [];
  for (let first = 0; first < count; first += most)
    slices.push({ target, first, count: Math.min(most, count - first) });
  return slices;
}
