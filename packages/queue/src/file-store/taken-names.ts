import type { Disk } from './disk.ts';

/** Watch events come at the next turn of the event loop, which no consumer puts off for long. */
const MAX_REMEMBERED = 4_096;

interface Generations {
  young: Set<string>;
  old: Set<string>;
}

const taken = new WeakMap<Disk, Generations>();

/**
 * Remembers the name of a ready file that was claimed, here or by somebody else: what a watch tells of it is that it went, and
 * as no name ever comes back, that is no reason to look. Of all names only the last some thousand are remembered.
 */
export function noteTaken(disk: Disk, fileName: string): void {
  let names = taken.get(disk);
  if (names === undefined) {
    names = { young: new Set(), old: new Set() };
    taken.set(disk, names);
  }
  if (names.young.size >= MAX_REMEMBERED) {
    names.old = names.young;
    names.young = new Set();
  }
  names.young.add(fileName);
}

/** Whether this process knows that the file of this name is gone for good. */
export function isTaken(disk: Disk, fileName: string): boolean {
  const names = taken.get(disk);
  return names !== undefined && (names.young.has(fileName) || names.old.has(fileName));
}
