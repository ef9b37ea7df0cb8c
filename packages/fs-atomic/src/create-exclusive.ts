import { dirname } from 'node:path';
import { retryWhileBusy } from './busy.ts';
import { ensureDirectory } from './directory.ts';
import { syncDirectoryUpTo } from './directory-sync.ts';
import { systemErrorCode, systemFailure } from './errors.ts';
import type { WritableFile } from './file-system.ts';
import { checkFiles, publishSettings } from './publish-options.ts';
import type { PublishOptions, PublishSettings } from './publish-options.ts';
import { discard, writeAndClose } from './staging.ts';

/** How the file is made; it needs no temporary directory. */
export type CreateExclusiveOptions = Omit<PublishOptions, 'temporaryDirectory'>;

/**
 * Creates a file that must not exist, at its final path. Returns true if this call created it and false if there was
 * one; of many callers, one gets true. A missing directory is created. When it throws, the file is removed.
 *
 * The content is not atomic: others may read a part of it while it is being written, and a crash leaves the part
 * that was written. Use it for claiming a name, and `publishFile` where readers must see all or nothing.
 */
export async function createExclusive(
  path: string,
  bytes: Uint8Array,
  options: CreateExclusiveOptions = {},
): Promise<boolean> {
  const settings = publishSettings({ ...options, temporaryDirectory: dirname(path) });
  checkFiles([{ path, bytes }], settings);
  settings.signal?.throwIfAborted();
  const attempt = { attempted: 'create', path, signal: settings.signal };
  let file: WritableFile | null;
  try {
    file = await create(path, settings);
  } catch (error) {
    throw systemFailure(error, attempt);
  }
  if (file === null) return false;
  try {
    await writeAndClose(file, path, bytes, settings.sync);
    if (settings.durability === 'full') {
      await syncDirectoryUpTo(dirname(path), settings.durableRoot, settings.fileSystem);
    }
  } catch (error) {
    await discard(path, settings);
    throw systemFailure(error, attempt);
  }
  return true;
}

async function create(path: string, settings: PublishSettings): Promise<WritableFile | null> {
  const { fileSystem, fileMode } = settings;
  for (let directoryEnsured = false; ; directoryEnsured = true) {
    try {
      return await retryWhileBusy(() => fileSystem.create(path, fileMode), settings);
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'EEXIST') return null;
      if (code !== 'ENOENT' || directoryEnsured) throw error;
      await ensureDirectory(dirname(path), settings);
    }
  }
}
