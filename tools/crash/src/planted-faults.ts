import { dirname } from 'node:path';
import { systemErrorCode, type FileSystem } from '@tapps-agents/fs-atomic';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';

/*
 * Mistakes that a queue on files could make, each put between the victim's queue and its disk. What they do in several calls
 * is counted and killed at like everything else. A check that never failed shows nothing; so each must be noticed.
 */

type Fault = (inner: FileSystem) => FileSystem;

const isIn = (state: string, path: string): boolean => new RegExp(`/${state}/`).test(path);
const isBox = (path: string): boolean =>
  /\/(?:inbox|outbox)\/[^/]+\/[^/]+$/.test(path) && !isIn('locks', path);

/** A message goes back to its box by being removed, and then written anew. */
const requeueByRewriting: Fault = (inner) =>
  renaming(inner, async (from, to) => {
    if (!isIn('locks', from) || !isBox(to)) return false;
    const bytes = await inner.read(from, Number.POSITIVE_INFINITY);
    await inner.remove(from);
    await writeFile(inner, to, bytes);
    return true;
  });

/** An acknowledgement is recorded in the ledger first, and then the message is removed. */
const recordedBeforeMoved: Fault = (inner) =>
  renaming(inner, async (from, to) => {
    if (!isIn('locks', from) || !isIn('processed', to)) return false;
    await copyAndRemove(inner, from, to);
    return true;
  });

/** A message is claimed by being copied, and then removed from its box. */
const claimByCopy: Fault = (inner) =>
  renaming(inner, async (from, to) => {
    if (!isBox(from) || !isIn('locks', to)) return false;
    await copyAndRemove(inner, from, to);
    return true;
  });

/** A dead message is put into its place before its reason. */
const reasonLast: Fault = (inner) => {
  let held: (() => Promise<void>) | undefined;
  return renaming(inner, async (from, to) => {
    if (to.endsWith('.reason.json')) {
      held = async () => await inner.rename(from, to);
      return true;
    }
    if (!isIn('dlq', to) || held === undefined) return false;
    await inner.rename(from, to);
    await held();
    held = undefined;
    return true;
  });
};

/** A message is written under its final name. */
const publishInPlace: Fault = (inner) =>
  renaming(inner, async (from, to) => {
    if (!isIn('tmp', from) || !isBox(to)) return false;
    await copyAndRemove(inner, from, to);
    return true;
  });

/** Taking a message back forgets the delivery that ended in the crash. */
const lostDeliveryNotCounted: Fault = (inner) =>
  alteredFileSystem(inner, {
    rename: (from, to) =>
      inner.rename(from, isIn('locks', from) && isBox(to) ? to.replace(/~p([012])\.d\d+/, '~p$1') : to),
  });

/** A session shows that it lives by writing its record anew, in place. */
const heartbeatRewrites: Fault = (inner) =>
  alteredFileSystem(inner, {
    touch: async (path, modified_ms) => {
      if (!isIn('owners', path)) return await inner.touch(path, modified_ms);
      const bytes = await inner.read(path, Number.POSITIVE_INFINITY);
      await inner.remove(path);
      await writeFile(inner, path, bytes);
      await inner.touch(path, modified_ms);
    },
  });

/** A mutex changes hands by its token being removed, and made anew. */
const tokenMadeAnew: Fault = (inner) =>
  renaming(inner, async (from, to) => {
    if (!isIn('mutexes/[^/]+', from)) return false;
    await inner.remove(from);
    await writeFile(inner, to, new Uint8Array());
    return true;
  });

/** Giving a mutex back begins its generations anew. */
const generationsBeginAnew: Fault = (inner) =>
  alteredFileSystem(inner, {
    rename: (from, to) =>
      inner.rename(from, isIn('mutexes/[^/]+', to) ? to.replace(/g\d+~free/, 'g0~free') : to),
  });

/** Of a dead letter, the reason is removed before the message. */
const reasonRemovedFirst: Fault = (inner) =>
  alteredFileSystem(inner, {
    remove: async (path) => {
      if (!isIn('dlq', path) || path.endsWith('.reason.json')) return await inner.remove(path);
      await inner.remove(path.replace(/\.json$/, '.reason.json'));
      await inner.remove(path);
    },
  });

/** A dead letter is brought back by being removed, and then published. */
const replayByRewriting: Fault = (inner) =>
  renaming(inner, async (from, to) => {
    if (!isIn('dlq', from) || !isBox(to)) return false;
    const bytes = await inner.read(from, Number.POSITIVE_INFINITY);
    await inner.remove(from);
    await writeFile(inner, to, bytes);
    return true;
  });

/** A session's record does not say on which boot of the computer its process runs, so nobody can prove it dead. */
const recordWithoutProof: Fault = (inner) =>
  alteredFileSystem(inner, {
    create: async (path, mode) => {
      const file = await inner.create(path, mode);
      if (!isIn('owners', path)) return file;
      const write = async (bytes: Uint8Array): Promise<number> => {
        const record: object = JSON.parse(new TextDecoder().decode(bytes));
        await file.write(new TextEncoder().encode(JSON.stringify({ ...record, boot_id: null })), 0);
        return bytes.byteLength;
      };
      return { write, sync: () => file.sync(), close: () => file.close() };
    },
  });

/** What is being written has names that no sweep knows. */
const unknownTemporaryNames: Fault = (inner) =>
  alteredFileSystem(inner, {
    create: (path, mode) => inner.create(oddly(path), mode),
    rename: (from, to) => inner.rename(oddly(from), to),
    remove: (path) => inner.remove(oddly(path)),
    status: (path) => inner.status(oddly(path)),
  });

const oddly = (path: string): string => (isIn('tmp', path) ? path.replace(/\.tmp$/, '.part') : path);

/** All of them, by name. */
export const plantedFaults = {
  requeueByRewriting,
  recordedBeforeMoved,
  claimByCopy,
  reasonLast,
  publishInPlace,
  lostDeliveryNotCounted,
  heartbeatRewrites,
  tokenMadeAnew,
  generationsBeginAnew,
  reasonRemovedFirst,
  replayByRewriting,
  recordWithoutProof,
  unknownTemporaryNames,
} satisfies Record<string, Fault>;

/** The name of a planted fault. */
export type FaultName = keyof typeof plantedFaults;

/** Whether there is a fault of this name. */
export function isFault(name: string): name is FaultName {
  return Object.hasOwn(plantedFaults, name);
}

/** `replace` does the renaming itself where it returns true. */
function renaming(inner: FileSystem, replace: (from: string, to: string) => Promise<boolean>): FileSystem {
  return alteredFileSystem(inner, {
    rename: async (from, to) => {
      // What is not there cannot be renamed by any means.
      if (await isMissing(inner, from)) return await inner.rename(from, to);
      if (await isMissing(inner, dirname(to))) return await inner.rename(from, to);
      if (!(await replace(from, to))) await inner.rename(from, to);
    },
  });
}

async function copyAndRemove(inner: FileSystem, from: string, to: string): Promise<void> {
  await writeFile(inner, to, await inner.read(from, Number.POSITIVE_INFINITY));
  await inner.remove(from);
}

async function writeFile(inner: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const file = await inner.create(path, 0o600);
  for (let offset = 0; offset < bytes.byteLength;) offset += await file.write(bytes, offset);
  await file.close();
}

async function isMissing(inner: FileSystem, path: string): Promise<boolean> {
  try {
    await inner.status(path);
    return false;
  } catch (error) {
    return systemErrorCode(error) === 'ENOENT';
  }
}
