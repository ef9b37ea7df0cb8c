import { recover, whenThere } from './awaitable.ts';
import { systemErrorCode } from './errors.ts';
import type { Awaitable, FileStatus, FileSystem } from './file-system.ts';

/** Whether there is anything at a path, a dangling link included. Other failures than absence are thrown. */
export function pathExists(path: string, fileSystem: FileSystem): Awaitable<boolean> {
  return recover(
    () => whenThere(findPath(path, fileSystem), (status) => status !== null),
    (error) => {
      if (systemErrorCode(error) === 'ENOTDIR') return false;
      throw error;
    },
  );
}

/** What is at a path; null where there is nothing. Other failures are thrown, a file among the parents (`ENOTDIR`) too. */
export function findPath(path: string, fileSystem: FileSystem): Awaitable<FileStatus | null> {
  return fileSystem.find === undefined ? findByStatus(path, fileSystem) : fileSystem.find(path);
}

/** The same by `status` alone. */
export function findByStatus(path: string, fileSystem: FileSystem): Awaitable<FileStatus | null> {
  return recover<FileStatus | null>(
    () => fileSystem.status(path),
    (error) => {
      if (systemErrorCode(error) === 'ENOENT') return null;
      throw error;
    },
  );
}
