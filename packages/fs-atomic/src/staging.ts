import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { retryWhileBusy } from './busy.ts';
import { ensureDirectory } from './directory.ts';
import { syncFailure, systemErrorCode } from './errors.ts';
import type { FileSettings } from './file-options.ts';
import type { WritableFile } from './file-system.ts';

/** The ending of every temporary name: `sweepTemporary` looks for it. */
export const temporarySuffix = '.tmp';

/** A new name in the temporary directory, which nobody else uses. */
export function temporaryPath(directory: string): string {
  return join(directory, randomUUID() + temporarySuffix);
}

/** How a file is written before it has its name. */
export interface StagingSettings extends FileSettings {
  readonly temporaryDirectory: string;
  readonly fileMode: number;
  readonly directoryMode: number;
  /** Whether the content is made durable (fsync). */
  readonly sync: boolean;
}

/** A file that is written and has yet to get its name. */
export interface StagedFile {
  readonly path: string;
  /** Whether its content was made durable; always false where that was not asked for. */
  readonly durable: boolean;
}

/**
 * Writes a whole new temporary file for `destination`. When anything fails, nothing is left.
 * Creates the temporary directory if it is missing.
 */
export async function stageFile(
  bytes: Uint8Array,
  destination: string,
  settings: StagingSettings,
): Promise<StagedFile> {
  const { path, file } = await createTemporary(settings);
  try {
    return { path, durable: await writeAndClose(file, destination, bytes, settings.sync) };
  } catch (error) {
    await discard(path, settings);
    throw error;
  }
}

/**
 * Writes `bytes` to a new file, flushes it if asked, and closes it in any case. Errors speak of `path`. Returns whether the content
 * is durable.
 */
export async function writeAndClose(
  file: WritableFile,
  path: string,
  bytes: Uint8Array,
  sync: boolean,
): Promise<boolean> {
  let durable = false;
  try {
    await writeWhole(file, path, bytes);
    if (sync) durable = await syncFile(file, path);
  } catch (error) {
    await closeQuietly(file);
    throw error;
  }
  // On network file systems a close reports what a write could not: close(2), "Dealing with error returns".
  await file.close();
  return durable;
}

/** Removes a file that is of no use any more; one that cannot be removed is left to `sweepTemporary`. */
export async function discard(path: string, settings: FileSettings): Promise<void> {
  try {
    await retryWhileBusy(() => settings.fileSystem.remove(path), { ...settings, signal: undefined });
  } catch {
    // The error that led here is the one to report.
  }
}

async function createTemporary(settings: StagingSettings): Promise<{ path: string; file: WritableFile }> {
  let directoryCreated = false;
  for (let attempt = 1; ; attempt += 1) {
    const path = temporaryPath(settings.temporaryDirectory);
    try {
      return { path, file: await settings.fileSystem.create(path, settings.fileMode) };
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'EEXIST' && attempt < 3) continue;
      if (code !== 'ENOENT' || directoryCreated) throw error;
      directoryCreated = true;
      const { fileSystem, clock, signal, directoryMode } = settings;
      await ensureDirectory(settings.temporaryDirectory, { fileSystem, clock, signal, directoryMode });
    }
  }
}

/**
 * A write may take less than was asked without an error, which arrives with the next one: write(2). A disk that is
 * full in the middle of a file shows up only so.
 */
async function writeWhole(file: WritableFile, path: string, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    const taken = await file.write(bytes, offset);
    if (!(taken > 0 && taken <= bytes.length - offset)) {
      const message = `EIO: the file took ${taken} of ${bytes.length - offset} bytes, write '${path}'`;
      throw Object.assign(new Error(message), { code: 'EIO', syscall: 'write', path });
    }
    offset += taken;
  }
}

async function syncFile(file: WritableFile, path: string): Promise<boolean> {
  try {
    return (await file.sync()) !== false;
  } catch (error) {
    throw syncFailure(error, { attempted: 'make the content durable of', path });
  }
}

async function closeQuietly(file: WritableFile): Promise<void> {
  try {
    await file.close();
  } catch {
    // The error that led here is the one to report.
  }
}
