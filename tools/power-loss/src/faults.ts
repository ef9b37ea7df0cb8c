import type { FileSystem, WritableFile } from '@tapps-agents/fs-atomic';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';

/*
 * Mistakes that a queue on files could have, each put between the queue and the disk. A check that never failed shows nothing,
 * so each of them must be noticed when the power goes.
 */

/** The mistakes that can be planted. */
export const faults = ['directories not flushed', 'files not flushed', 'nothing flushed'] as const;

/** One of `faults`. */
export type Fault = (typeof faults)[number];

/** A file system that reports success of flushes which it does not make. */
export function withFault(inner: FileSystem, fault: Fault | null): FileSystem {
  if (fault === null) return inner;
  const keepsFiles = fault === 'directories not flushed';
  const keepsDirectories = fault === 'files not flushed';
  return alteredFileSystem(inner, {
    create: async (path, mode): Promise<WritableFile> => {
      const file = await inner.create(path, mode);
      return {
        write: (bytes, offset) => file.write(bytes, offset),
        sync: () => (keepsFiles ? file.sync() : undefined),
        close: () => file.close(),
      };
    },
    syncDirectory: (path) => (keepsDirectories ? inner.syncDirectory(path) : true),
  });
}
