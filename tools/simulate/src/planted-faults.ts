import { dirname } from 'node:path';
import type { DirectoryEntry, FileSystem, WritableFile } from '@tapps-agents/fs-atomic';
import { altered } from './altered-file-system.ts';
import { systemError } from './system-error.ts';
import type { Tampering } from './world.ts';

/*
 * Mistakes that a queue on files could have, each put between the code under test and the disk. A check that never failed
 * shows nothing; so each of these must be noticed, within the number of seeds that the tests name.
 */

/** Directories are never flushed, and success is reported. */
export const directoriesNotFlushed: Tampering = (inner) => altered(inner, { syncDirectory: () => true });

/** Files are never flushed, and success is reported. */
export const filesNotFlushed: Tampering = (inner) =>
  altered(inner, {
    create: async (path, mode): Promise<WritableFile> => {
      const file = await inner.create(path, mode);
      return { ...file, sync: () => undefined };
    },
  });

/** A message is claimed by making a copy of it and removing the original afterwards. */
export const claimByCopy: Tampering = (inner) =>
  altered(inner, {
    rename: async (from, to) => {
      if (!/\/(?:inbox|outbox)\//.test(from) || !to.includes('/locks/')) {
        await inner.rename(from, to);
        return;
      }
      const bytes = await inner.read(from, Number.POSITIVE_INFINITY);
      if (await isMissing(inner, dirname(to))) throw systemError('ENOENT', 'rename', to);
      const file = await inner.create(to, 0o600);
      for (let offset = 0; offset < bytes.byteLength;) offset += await file.write(bytes, offset);
      await file.close();
      await inner.remove(from);
    },
  });

/** Nobody notices that its session has ended, or that its message is gone: a late holder's acknowledgement succeeds. */
export const noFencing: Tampering = (inner, process) => {
  const ownRecords = new Set<string>();
  return altered(inner, {
    create: (path, mode) => {
      if (path.includes('/locks/owners/')) ownRecords.add(path);
      return inner.create(path, mode);
    },
    rename: async (from, to) => {
      const finishes = from.includes('/locks/') && to.includes('/processed/');
      if (finishes && (await isMissing(inner, from)) && !(await isMissing(inner, dirname(to)))) return;
      await inner.rename(from, to);
    },
    touch: async (path, modified_ms) => {
      if (!(await isMissing(inner, path))) await inner.touch(path, modified_ms);
    },
    status: async (path) => {
      if (!ownRecords.has(path) || !(await isMissing(inner, path))) return await inner.status(path);
      return { kind: 'file', size: 1, modified_ms: process.random.next(), mode: 0o600 };
    },
  });
};

/** The ledger is looked at as it was when the leases had not been listed yet. */
export const ledgerBeforeLeases: Tampering = (inner, process, world) => {
  let ledger = new Set<string>();
  return altered(inner, {
    list: async function* list(path): AsyncGenerator<readonly DirectoryEntry[]> {
      if (/\/locks\/(?:inbox|outbox)\//.test(path)) {
        ledger = new Set([...world.machine.disk.files(`${world.root}/processed`)].map((file) => file.path));
        await world.machine.perform(process, 'look into the ledger first', () => undefined);
      }
      yield* inner.list(path);
    },
    status: async (path) => {
      const status = await inner.status(path);
      if (path.includes('/processed/') && status.kind === 'file' && !ledger.has(path)) {
        throw systemError('ENOENT', 'lstat', path);
      }
      return status;
    },
  });
};

const same = (path: string): string => path.replace(/\/g\d+~/, '/g0~');

/** A mutex's generation never grows: the token has the same names again and again. */
export const noGenerations: Tampering = (inner) => {
  return altered(inner, {
    create: (path, mode) => inner.create(same(path), mode),
    rename: (from, to) => inner.rename(same(from), same(to)),
    remove: (path) => inner.remove(same(path)),
    status: (path) => inner.status(same(path)),
  });
};

async function isMissing(fileSystem: FileSystem, path: string): Promise<boolean> {
  try {
    await fileSystem.status(path);
    return false;
  } catch {
    return true;
  }
}
