import type { FileSystem, WritableFile } from '@tapps-agents/fs-atomic';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';

/** Calls `before` before every call that changes something, each write and flush of a file too. */
export function beforeChanges(inner: FileSystem, before: () => void): FileSystem {
  const first = <Arguments extends unknown[], Result>(call: (...given: Arguments) => Result) => {
    return (...given: Arguments): Result => {
      before();
      return call(...given);
    };
  };
  return alteredFileSystem(inner, {
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
