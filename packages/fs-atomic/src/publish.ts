import { placeEach } from './place-each.ts';
import { placeFile, placeFiles } from './placement.ts';
import { publishSettings } from './publish-options.ts';
import type { FileToPublish, PublishedFile, PublishOptions } from './publish-options.ts';

/**
 * Writes a new file so that others see all of it or nothing: exclusive create in the temporary directory, write,
 * fsync, close, rename to `path`, fsync of the directory; the fsyncs as far as `durability` asks for them.
 *
 * `path` must be a name that nobody else uses and that was never used before: a rename replaces what is there. A
 * missing destination directory is created. When it fails with an empty `published`, nothing has changed on disk; with
 * `path` in `published` the file is in place and only its durability is in doubt.
 *
 * Throws `FsAtomicError` (`ERR_DISK_FULL`, `ERR_ACCESS_DENIED`, `ERR_SYNC_FAILED`, ...) or `signal.reason`.
 */
export async function publishFile(
  path: string,
  bytes: Uint8Array,
  options: PublishOptions,
): Promise<PublishedFile> {
  const settings = publishSettings(options);
  return placeFile({ path, bytes }, settings, 'publish');
}

/**
 * As `publishFile` for many files, at a fraction of the cost each: writes and flushes all of them, renames all of
 * them, then flushes each directory once. Each file is atomic, the batch is not: when it fails between two
 * renames, `published` in the error lists what is in place and everything else is cleaned up. A failure
 * before the first rename, such as a full disk, leaves nothing behind.
 */
export async function publishMany(
  files: readonly FileToPublish[],
  options: PublishOptions,
): Promise<PublishedFile[]> {
  const settings = publishSettings(options);
  return placeFiles(files, settings, 'publish');
}

/**
 * As `publishMany` for files that have nothing to do with each other, such as those of several callers: each is told its own,
 * fulfilled as `publishFile` is or rejected with its `FsAtomicError`, and none stops the others. What is in place is flushed,
 * whatever became of the rest; where the flush of a directory fails, those in it alone are rejected, with their path in
 * `published`. Throws only for wrong arguments.
 */
export async function publishEach(
  files: readonly FileToPublish[],
  options: Omit<PublishOptions, 'signal'>,
): Promise<PromiseSettledResult<PublishedFile>[]> {
  const settings = publishSettings(options);
  return placeEach(files, settings);
}
