import { dirname, relative } from 'node:path';
import { nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';

/** node's file system, and what of all that was done on it a loss of power could take away. */
export interface FlushLedger {
  readonly fileSystem: FileSystem;
  /**
   * Below the root, with `/` and without what is new in each run: `content of NAME` where a file got its name before its content was
   * flushed, `NAME` where a directory was not flushed since that came, and `-NAME` where it was not since that left it.
   */
  unflushed(): readonly string[];
  /** The directories that were flushed so far, above the root too. */
  readonly flushed: ReadonlySet<string>;
}

/** What is only a claim, or the word of a process that is not to outlive a loss of power: nobody promises it. */
const UNPROMISED = /^(?:tmp\/|locks\/owners|-inbox\/|-outbox\/)/;

/** Notes what is made, moved and flushed by whoever uses its file system. */
export function flushLedger(root: string): FlushLedger {
  const disk = nodeFileSystem();
  const contents = new Set<string>();
  const names = new Set<string>();
  const gone = new Set<string>();
  const flushed = new Set<string>();
  const settle = (directory: string): void => {
    flushed.add(directory);
    for (const paths of [names, gone])
      for (const path of paths) if (dirname(path) === directory) paths.delete(path);
  };
  const fileSystem = alteredFileSystem(disk, {
    create: async (path, mode) => {
      const file = await disk.create(path, mode);
      contents.add(path);
      names.add(path);
      return {
        ...file,
        sync: async () => {
          const done = await file.sync();
          contents.delete(path);
          return done;
        },
      };
    },
    createDirectory: async (path, mode) => {
      await disk.createDirectory(path, mode);
      names.add(path);
    },
    rename: async (from, to) => {
      await disk.rename(from, to);
      if (contents.delete(from)) contents.add(to);
      // What was made just now, and never durable under its first name, need not have left it for good.
      if (!names.delete(from)) gone.add(from);
      names.add(to);
    },
    remove: async (path) => {
      await disk.remove(path);
      contents.delete(path);
      if (!names.delete(path)) gone.add(path);
    },
    syncDirectory: async (path) => {
      const done = await disk.syncDirectory(path);
      settle(path);
      return done;
    },
  });
  const below = (path: string): string =>
    relative(root, path)
      .replaceAll('\\', '/')
      .replaceAll(/~[0-9a-v]{6}(?=[~.])/g, '')
      .replaceAll(/~[0-9a-v]{8}(?=\.)/g, '~owner');
  return {
    fileSystem,
    flushed,
    unflushed: () =>
      [
        ...[...contents]
          .filter((path) => !below(path).startsWith('tmp/'))
          .map((path) => `content of ${below(path)}`),
        ...[...names].map(below),
        ...[...gone].map((path) => `-${below(path)}`),
      ]
        .filter((what) => !UNPROMISED.test(what.replace('content of ', '')))
        .sort(),
  };
}
