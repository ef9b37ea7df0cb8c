import type { FileSystem } from '../file-system.ts';

/**
 * A file system whose calls go on to `inner` as they are, save those that `changes` replaces: a fault to be noticed, or a call to be
 * watched. The port's optional calls (`names`, `find`, `changeMode`, `inBackground`) are left out unless `changes` has them, so that
 * whoever would use them makes the calls that they stand for, and a change of `list`, `status`, `remove` or `touch` is not passed by.
 */
export function alteredFileSystem(inner: FileSystem, changes: Partial<FileSystem>): FileSystem {
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
