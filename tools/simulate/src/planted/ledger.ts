import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';
import type { Tampering } from '../world.ts';

/* Mistakes in making the ledger durable, in processes that acknowledge at durability `full`. */

const ledger = /\/messages\/processed(?:\/.+)?$/;
const ofEntries = /\/processed\/[^/]+\/[^/]+\/[^/]+\/[^/]+$/;

/** The directory into which an acknowledgement moves its message is not flushed. */
export const destinationNotFlushed: Tampering = (inner) =>
  alteredFileSystem(inner, {
    syncDirectory: (path) => (ofEntries.test(path) ? true : inner.syncDirectory(path)),
  });

/** The names of the ledger's directories are flushed once by each process, and not anew when they were made anew. */
export const namesNotFlushedAnew: Tampering = (inner) => {
  const flushed = new Set<string>();
  return alteredFileSystem(inner, {
    syncDirectory: (path) => {
      if (!ledger.test(path) || ofEntries.test(path)) return inner.syncDirectory(path);
      if (flushed.has(path)) return true;
      flushed.add(path);
      return inner.syncDirectory(path);
    },
  });
};

/** The directory that an acknowledged message comes from is not flushed. */
export const sourceNotFlushed: Tampering = (inner) =>
  alteredFileSystem(inner, {
    syncDirectory: (path) =>
      /\/locks\/(?:inbox|outbox)\/[^/]+$/.test(path) ? true : inner.syncDirectory(path),
  });
