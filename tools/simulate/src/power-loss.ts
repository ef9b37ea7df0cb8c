import type { Inode, Place, Step } from './inode.ts';
import type { Random } from './random.ts';
import type { SimulatedDisk } from './simulated-disk.ts';
import { placesAfterCrash } from './split-renames.ts';

/**
 * How much of what was not flushed a crash leaves: nothing of it, all of it, what happened before some moment (as a
 * journal with one order keeps it), or any part of it.
 */
export type Severity = 'nothing' | 'everything' | 'a beginning' | 'any part';

interface Fate {
  readonly inode: Inode;
  readonly chosen: number;
}

/** A file that a file system without a journal has lost, or left twice. */
export interface SplitFile {
  /** As it was before; an earlier loss may have torn it, so that only its names tell what it is. */
  readonly data: Uint8Array;
  /** All that it has had since its place was last certain. */
  readonly names: readonly string[];
  /** Those that the loss left it; none of a file that is lost. */
  readonly left: readonly string[];
}

/** What only a file system without a journal does to files. */
export interface SplitFiles {
  readonly lost: readonly SplitFile[];
  readonly doubled: readonly SplitFile[];
}

const severities: readonly Severity[] = ['nothing', 'everything', 'a beginning', 'any part', 'any part'];

/**
 * Puts the disk into one of the states that a loss of power may leave, by the model in `simulated-disk.ts`. `splitsRenames`:
 * it has no journal.
 */
export function losePower(
  disk: SimulatedDisk,
  random: Random,
  severity = random.pick(severities),
  splitsRenames = false,
): SplitFiles {
  const inodes = [...disk.inodes];
  const newest = Math.max(0, ...inodes.map((inode) => inode.steps.at(-1)?.sequence ?? 0));
  const oldest = Math.min(newest, ...inodes.map((inode) => inode.steps[inode.floor]?.sequence ?? 0));
  const cut = random.integer(oldest, newest);
  const fates = inodes.map((inode) => ({ inode, chosen: chooseStep(inode, severity, cut, random) }));
  const contents = new Map(inodes.map((inode) => [inode, chooseData(inode, severity, random)]));
  const files = splitsRenames ? fates.filter(({ inode }) => inode.kind === 'file') : [];
  const named = files.map((fate) => ({
    ...fate,
    places: placesAfterCrash(fate.inode, severity, cut, random),
  }));
  for (const { inode } of fates) inode.entries.clear();
  disk.root.entries.clear();
  disk.root.unsettled.clear();
  disk.root.flushedAt = 0;
  place(splitsRenames ? fates.filter(({ inode }) => inode.kind !== 'file') : fates);
  const split = placeSplit(disk, named, contents);
  const survivors = reachable(disk.root);
  for (const inode of survivors) restart(inode, contents.get(inode) ?? inode.data, random.chance(0.5));
  disk.restart(survivors);
  return split;
}

interface NamedFate extends Fate {
  readonly places: readonly Place[];
}

/** Gives files the names that were left of them, each name another inode: nothing is ever written to a file that has one. */
function placeSplit(
  disk: SimulatedDisk,
  fates: readonly NamedFate[],
  contents: Map<Inode, Uint8Array>,
): SplitFiles {
  const lost: SplitFile[] = [];
  const doubled: SplitFile[] = [];
  for (const { inode, chosen, places } of fates) {
    if (inode.steps[chosen]?.place !== null && !isKept(inode, places)) lost.push(splitFile(inode, []));
    for (const [index, { directory, name }] of places.entries()) {
      const named = index === 0 ? inode : disk.copyOf(inode);
      if (index > 0) {
        contents.set(named, contents.get(inode) ?? inode.data);
        doubled.push(splitFile(inode, places));
      }
      // Of two files for one name, the later one was moved over the other.
      const rival = directory.entries.get(name);
      if (rival === undefined || rival.id < inode.id) directory.entries.set(name, named);
    }
  }
  keepReplaced(fates);
  return { lost, doubled };
}

function splitFile({ data, steps }: Inode, places: readonly Place[]): SplitFile {
  const names = steps.flatMap(({ place: where }) => (where === null ? [] : [where.name]));
  return { data, names, left: places.map(({ name }) => name) };
}

/** Whether it has one of the names that a journal would have left it; an older one, such as a temporary one, is none. */
function isKept(inode: Inode, places: readonly Place[]): boolean {
  const kept = inode.steps.slice(inode.floor);
  return places.some(({ directory, name }) =>
    kept.some((step) => step.place?.directory === directory && step.place.name === name),
  );
}

/** A file moved over another replaces its entry: the name never leads nowhere. */
function keepReplaced(fates: readonly NamedFate[]): void {
  for (const { inode } of fates) {
    const { replacedBy = null, sequence = 0 } = inode.steps.at(-1) ?? {};
    const before = inode.steps.at(-2)?.place ?? null;
    if (replacedBy === null || before === null || before.directory.flushedAt >= sequence) continue;
    if (!before.directory.entries.has(before.name)) before.directory.entries.set(before.name, inode);
  }
}

function chooseStep(inode: Inode, severity: Severity, cut: number, random: Random): number {
  const last = inode.steps.length - 1;
  switch (severity) {
    case 'nothing':
      return inode.floor;
    case 'everything':
      return last;
    case 'a beginning':
      return Math.max(
        inode.floor,
        inode.steps.findLastIndex(({ sequence }) => sequence <= cut),
      );
    case 'any part':
      return random.integer(inode.floor, last);
  }
}

/** The flushed content, or a beginning of what is not, or its length with holes in it. */
function chooseData(inode: Inode, severity: Severity, random: Random): Uint8Array {
  const { data, durableData } = inode;
  if (data === durableData || severity === 'everything') return data;
  const flushed = durableData ?? new Uint8Array(0);
  switch (random.integer(0, severity === 'nothing' ? 1 : 4)) {
    case 0:
    case 1:
      return flushed;
    case 2:
      return data.slice(0, Math.floor(random.next() * data.byteLength));
    case 3: {
      const holed = data.slice();
      holed.fill(0, Math.floor(random.next() * data.byteLength));
      return holed;
    }
    default:
      return data;
  }
}

/** Gives the inodes the names that were chosen for them. Of two that claim one name, the one that came later has it. */
function place(fates: readonly Fate[]): void {
  const chosenOf = new Map(fates.map(({ inode, chosen }) => [inode, chosen]));
  const arrivals = new Map<Inode, number>();
  const claim = (inode: Inode, step: Step | undefined): void => {
    if (step?.place === undefined || step.place === null) return;
    const { directory, name } = step.place;
    const rival = directory.entries.get(name);
    if (rival !== undefined && (arrivals.get(rival) ?? 0) > step.sequence) return;
    directory.entries.set(name, inode);
    arrivals.set(inode, step.sequence);
  };
  for (const { inode, chosen } of fates) claim(inode, inode.steps[chosen]);
  for (const { inode, chosen } of fates) {
    // Replaced, but by a rename that the crash undid: then it is still there.
    const { replacedBy = null, sequence = 0 } = inode.steps[chosen] ?? {};
    if (replacedBy === null) continue;
    const other = replacedBy.steps[chosenOf.get(replacedBy) ?? 0];
    if ((other?.sequence ?? 0) < sequence) claim(inode, inode.steps[chosen - 1]);
  }
}

function reachable(root: Inode): Set<Inode> {
  const found = new Set<Inode>();
  const visit = (directory: Inode): void => {
    for (const [name, inode] of directory.entries) {
      found.add(inode);
      inode.steps = [{ place: { directory, name }, sequence: 0, replacedBy: null }];
      visit(inode);
    }
  };
  visit(root);
  return found;
}

/** What survived is durable, and nobody has it open. */
function restart(inode: Inode, data: Uint8Array, timeKept: boolean): void {
  inode.floor = 0;
  inode.flushedAt = 0;
  inode.unsettled.clear();
  inode.data = data;
  inode.durableData = data;
  inode.flushFailed = false;
  if (!timeKept) inode.modified_ms = inode.durableModified_ms;
  inode.durableModified_ms = inode.modified_ms;
  inode.openCount = 0;
  inode.heldExclusively = false;
  inode.deletePending = false;
}
