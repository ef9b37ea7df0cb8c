import type { FileSystem, WritableFile } from '@tapps-agents/fs-atomic';

/** A file system whose calls go on as they are, but those that `changes` replaces: a fault to be noticed. */
export function altered(inner: FileSystem, changes: Partial<FileSystem>): FileSystem {
  return {
    create: (path, mode) => inner.create(path, mode),
    read: (path, maxBytes) => inner.read(path, maxBytes),
    rename: (from, to) => inner.rename(from, to),
    remove: (path) => inner.remove(path),
    createDirectory: (path, mode) => inner.createDirectory(path, mode),
    removeDirectory: (path) => inner.removeDirectory(path),
    list: (path) => inner.list(path),
    status: (path) => inner.status(path),
    touch: (path, modified_ms) => inner.touch(path, modified_ms),
    syncDirectory: (path) => inner.syncDirectory(path),
    watch: (path, changed, failed) => inner.watch(path, changed, failed),
    holdExclusively: (path) => inner.holdExclusively(path),
    space: (path) => inner.space(path),
    ...changes,
  };
}

/** Calls `before` before every call that changes something, each write and flush of a file too. */
export function beforeChanges(inner: FileSystem, before: () => void): FileSystem {
  const first = <Arguments extends unknown[], Result>(call: (...given: Arguments) => Result) => {
    return (...given: Arguments): Result => {
      before();
      return call(...given);
    };
  };
  return altered(inner, {
    create: first(async (path, mode): Promise<WritableFile> => {
      const file = await inner.create(path, mode);
      return {
        write: first((bytes, offset) => file.write(bytes, offset)),
        sync: first(() => file.sync()),
        close: () => file.close(),
      };
    }),
    rename: first((from, to) => inner.rename(from, to)),
    remove: first((path) => inner.remove(path)),
    createDirectory: first((path, mode) => inner.createDirectory(path, mode)),
    removeDirectory: first((path) => inner.removeDirectory(path)),
    touch: first((path, modified_ms) => inner.touch(path, modified_ms)),
    syncDirectory: first((path) => inner.syncDirectory(path)),
  });
}
