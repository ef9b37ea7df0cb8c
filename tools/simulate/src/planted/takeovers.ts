import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';
import type { Tampering } from '../world.ts';
import { isMissing } from './ways.ts';

/* Mistakes in taking over from others. */

/** Who watches a session does not see it beat: one that lives is taken for silent. */
export const heartbeatsUnseen: Tampering = (inner) => {
  const own = new Set<string>();
  return alteredFileSystem(inner, {
    create: (path, mode) => {
      own.add(path);
      return inner.create(path, mode);
    },
    status: async (path) => {
      const status = await inner.status(path);
      return path.includes('/owners/') && !own.has(path) ? { ...status, modified_ms: 0 } : status;
    },
  });
};

/** What the dead held is taken back, and their sessions are left as they are. */
export const sessionsNotEnded: Tampering = (inner) =>
  alteredFileSystem(inner, {
    rename: async (from, to) => {
      if (to.includes('/locks/ended/') && !(await isMissing(inner, from))) return;
      await inner.rename(from, to);
    },
  });
