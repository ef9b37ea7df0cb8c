import { fileSettings } from './file-options.ts';
import type { FileOptions } from './file-options.ts';
import { systemErrorCode, systemFailure } from './errors.ts';
import { discard, temporaryPath } from './staging.ts';

/**
 * The file system's own clock, in milliseconds since 1970: the time that it gives to a new file, which is made in
 * `directory` under a temporary name and removed again. What is to be removed by its age is measured by it, so that no
 * computer whose clock is wrong makes a young file look old. Null when there is no such directory.
 *
 * @throws FsAtomicError `ERR_DISK_FULL`, `ERR_ACCESS_DENIED` and others, as for any new file
 */
export async function fileSystemTime_ms(
  directory: string,
  options: FileOptions = {},
): Promise<number | null> {
  const settings = fileSettings(options);
  const { fileSystem } = settings;
  const probe = temporaryPath(directory);
  try {
    await (await fileSystem.create(probe, 0o600)).close();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw systemFailure(error, { attempted: 'look at the time in', path: directory });
  }
  try {
    return (await fileSystem.status(probe)).modified_ms;
  } finally {
    await discard(probe, settings);
  }
}
