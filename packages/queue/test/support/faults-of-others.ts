import { dirname } from 'node:path';
import type { FileSystem } from '@tapps-agents/fs-atomic';
import { altered } from './altered.ts';

/*
 * What other queues on files do, put between ours and the disk: the tests of what-broke-others/ must notice each.
 */

/** A message is put back by removing its file and writing it anew. */
function unlinkThenRewrite(inner: FileSystem): FileSystem {
  return altered(inner, {
    rename: async (from, to) => {
      if (!isBelow(from, 'locks/inbox') || !isBelow(to, 'inbox')) return await inner.rename(from, to);
      const bytes = await inner.read(from, Number.MAX_SAFE_INTEGER);
      await inner.remove(from);
      await write(inner, to, bytes);
    },
  });
}

/** Before the message `m` itself is in its inbox, it is remembered as one that was there. */
function memoryBeforeMessage(inner: FileSystem): FileSystem {
  return altered(inner, {
    rename: async (from, to) => {
      if (isBelow(from, 'tmp') && isBelow(to, 'inbox')) {
        const root = dirname(dirname(from));
        for (const path of ['inbox', 'inbox/coder', 'inbox/coder/w', 'inbox/coder/w/t'])
          await inner.createDirectory(`${root}/processed/${path}`, 0o700);
        await write(inner, `${root}/processed/inbox/coder/w/t/m.json`, new Uint8Array());
      }
      await inner.rename(from, to);
    },
  });
}

/** What is taken back from a process that died comes back as if it had never been delivered. */
function deathsNotCounted(inner: FileSystem): FileSystem {
  return altered(inner, {
    rename: (from, to) =>
      inner.rename(
        from,
        isBelow(from, 'locks/inbox') && isBelow(to, 'inbox') ? to.replace(/\.d\d+/, '') : to,
      ),
  });
}

/** Nobody notices that its session was ended, or that its message is gone: what is gone is acknowledged all the same. */
function noFencing(inner: FileSystem): FileSystem {
  const ownRecords = new Set<string>();
  let looks = 0;
  return altered(inner, {
    create: (path, mode) => {
      if (isBelow(path, 'locks/owners')) ownRecords.add(path);
      return inner.create(path, mode);
    },
    rename: async (from, to) => {
      if (isBelow(from, 'locks/inbox') && (await isMissing(inner, from))) return;
      await inner.rename(from, to);
    },
    touch: async (path, modified_ms) => {
      if (!(await isMissing(inner, path))) await inner.touch(path, modified_ms);
    },
    status: async (path) => {
      const isGone = (ownRecords.has(path) || isBelow(path, 'locks/inbox')) && (await isMissing(inner, path));
      return isGone
        ? { kind: 'file', size: 1, modified_ms: (looks += 1), mode: 0o600 }
        : await inner.status(path);
    },
  });
}

/** Nothing marks when a message was finished: its file keeps the time at which it was written. */
function finishedWithoutTime(inner: FileSystem): FileSystem {
  return altered(inner, {
    touch: (path, modified_ms) => (isBelow(path, 'locks/inbox') ? undefined : inner.touch(path, modified_ms)),
  });
}

/** The faults, by name. */
export const FAULTS_OF_OTHERS = {
  unlinkThenRewrite,
  memoryBeforeMessage,
  deathsNotCounted,
  noFencing,
  finishedWithoutTime,
} as const;

/** The name of a fault. */
export type FaultOfOthers = keyof typeof FAULTS_OF_OTHERS;

/** Whether a path lies below `messages/<directory>/`, as every root of these tests is called `messages`. */
function isBelow(path: string, directory: string): boolean {
  return path.replaceAll('\\', '/').includes(`/messages/${directory}/`);
}

async function write(fileSystem: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const file = await fileSystem.create(path, 0o600);
  for (let offset = 0; offset < bytes.byteLength;) offset += await file.write(bytes, offset);
  await file.close();
}

async function isMissing(fileSystem: FileSystem, path: string): Promise<boolean> {
  try {
    await fileSystem.status(path);
    return false;
  } catch {
    return true;
  }
}
