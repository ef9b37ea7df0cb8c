import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Clock, FileSystem } from '@tapps-agents/fs-atomic';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';

/*
 * What other queues on files do, put between ours and the disk: the tests of what-broke-others/ must notice each.
 */

/** A message is put back by removing its file and writing it anew. */
function unlinkThenRewrite(inner: FileSystem): FileSystem {
  return alteredFileSystem(inner, {
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
  return alteredFileSystem(inner, {
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
  return alteredFileSystem(inner, {
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
  return alteredFileSystem(inner, {
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

/** Who writes a message takes one lock for it, by its name, and is refused when others have it at each of some looks. */
function lockOnTheWayIn(inner: FileSystem): FileSystem {
  const locks = new Map<string, string>();
  return alteredFileSystem(inner, {
    create: async (path, mode) => {
      if (!isBelow(path, 'tmp') || !path.endsWith('.tmp')) return await inner.create(path, mode);
      const lock = join(dirname(path), '.lock');
      for (let look = 1; ; look += 1) {
        try {
          await (await inner.create(lock, 0o600)).close();
          break;
        } catch (error) {
          if (look === 20) throw Object.assign(new Error('EBUSY', { cause: error }), { code: 'EBUSY' });
          await setImmediate();
        }
      }
      locks.set(path, lock);
      return await inner.create(path, mode);
    },
    rename: async (from, to) => {
      await inner.rename(from, to);
      const lock = locks.get(from);
      if (lock !== undefined) await inner.remove(lock);
    },
  });
}

/** Nothing marks when a message was finished: its file keeps the time at which it was written. */
function finishedWithoutTime(inner: FileSystem): FileSystem {
  return alteredFileSystem(inner, {
    touch: (path, modified_ms) => (isBelow(path, 'locks/inbox') ? undefined : inner.touch(path, modified_ms)),
  });
}

/** A lease counts from when its message's file was written: once that is a lease ago, nobody holds it. */
export function leaseFromEnqueue(clock: Clock, lease_ms: number): (inner: FileSystem) => FileSystem {
  return (inner) =>
    alteredFileSystem(inner, {
      status: async (path) => {
        if (isBelow(path, 'locks/owners') && (await oldestLease_ms(inner, path)) < clock.now() - lease_ms)
          throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
        return await inner.status(path);
      },
    });
}

/** What others have claimed is looked for while this says so, and not at other times. */
export function recoveredWhile(isTime: () => boolean): (inner: FileSystem) => FileSystem {
  return (inner) =>
    alteredFileSystem(inner, {
      list: async function* list(path) {
        if (!isBelow(path, 'locks/inbox') || isTime()) yield* inner.list(path);
      },
    });
}

/** What cannot be parsed is passed over by everybody who meets it. */
export function unparsableSkipped(inner: FileSystem): FileSystem {
  return alteredFileSystem(inner, {
    list: async function* list(path) {
      for await (const batch of inner.list(path)) {
        const kept = [];
        for (const entry of batch) if (await isReadable(inner, path, entry.name)) kept.push(entry);
        yield kept;
      }
    },
  });
}

/** Whatever goes wrong while a message is read is taken for a bad message, which is removed. */
export function removedOnReadError(inner: FileSystem): FileSystem {
  return alteredFileSystem(inner, {
    read: async (path, maxBytes) => {
      try {
        return await inner.read(path, maxBytes);
      } catch (error) {
        if (isBelow(path, 'locks/inbox')) await inner.remove(path);
        throw error;
      }
    },
  });
}

/** The faults that other processes can be given too, by name. */
export const FAULTS_OF_OTHERS = {
  unlinkThenRewrite,
  memoryBeforeMessage,
  deathsNotCounted,
  noFencing,
  finishedWithoutTime,
  lockOnTheWayIn,
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

async function oldestLease_ms(inner: FileSystem, recordPath: string): Promise<number> {
  const leases = join(dirname(dirname(recordPath)), 'inbox/coder');
  let oldest_ms = Number.POSITIVE_INFINITY;
  for await (const batch of inner.list(leases)) {
    for (const { name } of batch)
      oldest_ms = Math.min(oldest_ms, (await inner.status(join(leases, name))).modified_ms);
  }
  return oldest_ms;
}

async function isReadable(inner: FileSystem, directory: string, name: string): Promise<boolean> {
  if (!name.endsWith('.json')) return true;
  try {
    JSON.parse(new TextDecoder().decode(await inner.read(join(directory, name), 1_048_576)));
    return true;
  } catch (error) {
    return !(error instanceof SyntaxError);
  }
}

async function isMissing(fileSystem: FileSystem, path: string): Promise<boolean> {
  try {
    await fileSystem.status(path);
    return false;
  } catch {
    return true;
  }
}
