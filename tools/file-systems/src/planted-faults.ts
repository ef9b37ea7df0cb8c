import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { nodeFileSystem, type FileSystem, type WritableFile } from '@tapps-agents/fs-atomic';

/** What a file system could do wrong, each seen by one of the checks at least. */
export const plantedFaults = [
  'copies instead of renaming',
  'creates what exists',
  'forgets names',
  'keeps its times',
  'replaces in pieces',
  'flushes nothing',
  'flushes no names',
] as const;

export type PlantedFault = (typeof plantedFaults)[number];

/** node's file system, with a fault: what shows that a check would notice. Without one, node's file system itself. */
export function fileSystemWith(fault: PlantedFault | undefined): FileSystem {
  const real = nodeFileSystem();
  return fault === undefined ? real : { ...real, ...faulty[fault](real) };
}

const faulty: Readonly<Record<PlantedFault, (real: FileSystem) => Partial<FileSystem>>> = {
  'copies instead of renaming': () => ({
    async rename(from, to) {
      writeFileSync(to, readFileSync(from));
      await setImmediate(); // Long enough for others.
      unlinkIfPresent(from);
    },
  }),
  'creates what exists': (real) => ({
    async create(path, mode) {
      unlinkIfPresent(path);
      return await real.create(path, mode);
    },
  }),
  'forgets names': (real) => ({
    async *list(path) {
      for await (const batch of real.list(path)) yield batch.slice(0, -1);
    },
  }),
  'keeps its times': () => ({ touch: () => undefined }),
  'replaces in pieces': () => ({
    async rename(from, to) {
      const bytes = readFileSync(from);
      writeFileSync(to, bytes.subarray(0, bytes.length / 2));
      await setImmediate();
      writeFileSync(to, bytes);
      unlinkIfPresent(from);
    },
  }),
  'flushes nothing': (real) => ({
    create: async (path, mode) => withoutFlush(await real.create(path, mode)),
    syncDirectory: () => true,
  }),
  'flushes no names': () => ({ syncDirectory: () => true }),
};

function withoutFlush(file: WritableFile): WritableFile {
  return { ...file, sync: () => undefined };
}

function unlinkIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Another was faster.
  }
}
