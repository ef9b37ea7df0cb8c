import type { FileSystem } from '@tapps-agents/fs-atomic';

/** Every call goes on as it is, but those that `changes` replaces. */
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
