import { copyFileSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { nodeFileSystem, systemErrorCode, type FileSystem, type WritableFile } from '@tapps-agents/fs-atomic';

/** What a file system could do wrong, each seen by one of the checks at least. */
export const plantedFaults = [
  'copies instead of renaming',
  'copies and keeps the original',
  'moves nothing',
  'loses what is taken back',
  'creates what exists',
  'forgets names',
  'keeps its times',
  'replaces in pieces',
  'flushes nothing',
  'flushes no names',
  'trusts short writes',
  'hides failed flushes',
  'repeats failed flushes',
  'hides what is refused',
  'keeps what is finished',
  'refuses what is sent',
] as const;

export type PlantedFault = (typeof plantedFaults)[number];

/** node's file system, with a fault: what shows that a check would notice. Without one, node's file system itself. */
export function fileSystemWith(fault: PlantedFault | undefined): FileSystem {
  const real = nodeFileSystem();
  return fault === undefined ? real : { ...real, ...faulty[fault](real) };
}

const faulty: Readonly<Record<PlantedFault, (real: FileSystem) => Partial<FileSystem>>> = {
  'copies instead of renaming': (real) => ({
    async rename(from, to) {
      if ((await real.status(from)).kind === 'directory') {
        await real.rename(from, to);
        return;
      }
      writeFileSync(to, readFileSync(from));
      await setImmediate(); // Long enough for others.
      unlinkIfPresent(from);
    },
  }),
  'copies and keeps the original': () => ({ rename: (from, to) => copyFileSync(from, to) }),
  'moves nothing': (real) => ({
    async rename(from, to) {
      if ((await real.status(from)).kind === 'directory') await real.rename(from, to);
    },
  }),
  // A lease that goes back to the inbox, be it of a dead process, vanishes on the way.
  'loses what is taken back': (real) => ({
    rename: (from, to) =>
      from.includes(join('locks', 'inbox')) && dirname(to).endsWith(join('inbox', 'coder'))
        ? unlinkSync(from)
        : real.rename(from, to),
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
    rename(from, to) {
      const bytes = readFileSync(from);
      writeFileSync(to, bytes.subarray(0, bytes.length / 2)); // The rest would follow later.
      unlinkIfPresent(from);
    },
  }),
  'flushes nothing': (real) => ({
    create: async (path, mode) => withoutFlush(await real.create(path, mode)),
    syncDirectory: () => true,
  }),
  'trusts short writes': (real) => ({
    create: async (path, mode) => trustingShortWrites(await real.create(path, mode)),
  }),
  'hides failed flushes': (real) => ({
    create: async (path, mode) =>
      withFlush(await real.create(path, mode), (flush) => flush().catch(() => {})),
    syncDirectory: async (path) => {
      try {
        return await real.syncDirectory(path);
      } catch {
        return true;
      }
    },
  }),
  'repeats failed flushes': (real) => ({
    create: async (path, mode) => withFlush(await real.create(path, mode), (flush) => flush().catch(flush)),
  }),
  'hides what is refused': (real) => ({
    async rename(from, to) {
      try {
        await real.rename(from, to);
      } catch {
        unlinkIfPresent(from);
      }
    },
    // Or the flush of what nothing was put into would tell.
    syncDirectory: async (path) => {
      try {
        return await real.syncDirectory(path);
      } catch {
        return true;
      }
    },
  }),
  'flushes no names': () => ({ syncDirectory: () => true }),
  'keeps what is finished': (real) => ({
    remove: (path) => (path.includes(join('messages', 'processed')) ? undefined : real.remove(path)),
  }),
  'refuses what is sent': (real) => ({
    rename(from, to) {
      if (dirname(to).endsWith(join('inbox', 'coder')))
        throw Object.assign(new Error('EMFILE: planted'), { code: 'EMFILE' });
      return real.rename(from, to);
    },
  }),
};

function withoutFlush(file: WritableFile): WritableFile {
  return { ...file, sync: () => undefined };
}

function withFlush(
  file: WritableFile,
  flushWith: (flush: () => Promise<void>) => Promise<void>,
): WritableFile {
  const flush = async (): Promise<void> => void (await file.sync());
  return { ...file, sync: () => flushWith(flush) };
}

/** As if write(2) took everything or nothing: a file that the disk has no room for is cut short, and nobody says so. */
function trustingShortWrites(file: WritableFile): WritableFile {
  return {
    ...file,
    async write(bytes, offset) {
      try {
        await file.write(bytes, offset);
      } catch (error) {
        if (systemErrorCode(error) !== 'ENOSPC') throw error;
      }
      return bytes.length - offset;
    },
  };
}

function unlinkIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Another was faster.
  }
}
