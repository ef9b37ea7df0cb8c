import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

const ON_WINDOWS = process.platform === 'win32';

/**
 * Where a directory cannot be flushed: fsync(2), or it may be written to but not read (EACCES). On Windows flushing asks for a handle
 * with write access, which not every file system gives for a directory.
 */
const CANNOT_BE_FLUSHED = new Set(
  ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EBADF', 'EACCES'].concat(
    ON_WINDOWS ? ['EPERM', 'EISDIR'] : [],
  ),
);

/**
 * Flushes the directory that a file is in, with which its name is on the disk: fsync(2), "Calling fsync() does not ...". Where that
 * cannot be done at all, it is left to the file system.
 *
 * @throws what the system says, such as `EIO`
 */
export async function flushName(path: string): Promise<void> {
  try {
    const directory = await open(dirname(path), ON_WINDOWS ? 'r+' : 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch (error) {
    const isPossible = !(
      error instanceof Error &&
      'code' in error &&
      CANNOT_BE_FLUSHED.has(String(error.code))
    );
    if (isPossible) throw error;
  }
}
