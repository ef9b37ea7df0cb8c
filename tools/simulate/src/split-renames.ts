import type { Inode, Place } from './inode.ts';
import type { Severity } from './power-loss.ts';
import type { Random } from './random.ts';

/*
 * Renames on a file system without a journal: leaving the old name and coming to the new one are two changes, each durable
 * when its own directory was flushed, and independent until then. This is all that POSIX says of it.
 */

/** The names that a crash leaves a file under: usually one, and none or several where renames were not flushed. */
export function placesAfterCrash(inode: Inode, severity: Severity, cut: number, random: Random): Place[] {
  return placesOf(inode).filter((place) => {
    const { flushedAt } = place.directory;
    const states = new Set(inode.steps.flatMap((_, index) => statesSince(inode, index, place, flushedAt)));
    switch (severity) {
      case 'nothing':
        return isAt(inode, place, flushedAt);
      case 'everything':
        return isAt(inode, place, Number.POSITIVE_INFINITY);
      case 'a beginning':
        return isAt(inode, place, Math.max(flushedAt, cut));
      case 'any part':
        return random.pick([...states]);
    }
  });
}

function placesOf(inode: Inode): Place[] {
  const places: Place[] = [];
  for (const { place } of inode.steps) {
    if (place === null) continue;
    const isKnown = places.some(
      ({ directory, name }) => directory === place.directory && name === place.name,
    );
    if (!isKnown) places.push(place);
  }
  return places;
}

/** Whether it was there during this step, if the step was not over when the directory was flushed. */
function statesSince(inode: Inode, index: number, place: Place, flushedAt: number): boolean[] {
  const end = inode.steps[index + 1]?.sequence ?? Number.POSITIVE_INFINITY;
  return end > flushedAt ? [isSame(inode.steps[index]?.place ?? null, place)] : [];
}

function isAt(inode: Inode, place: Place, sequence: number): boolean {
  const step = inode.steps.findLast((candidate) => candidate.sequence <= sequence);
  return isSame(step?.place ?? null, place);
}

function isSame(one: Place | null, other: Place): boolean {
  return one?.directory === other.directory && one.name === other.name;
}
