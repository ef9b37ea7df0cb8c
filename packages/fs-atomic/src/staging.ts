import { randomUUID } from 'node:crypto';
import { sep } from 'node:path';
import { whenThere } from './awaitable.ts';
import { retryWhileBusy } from './busy.ts';
import { ensureDirectory } from './directory.ts';
import { syncFailure, systemErrorCode } from './errors.ts';
import type { FileSettings } from './file-options.ts';
import type { Awaitable, WritableFile } from './file-system.ts';
import { systemError } from './system-error.ts';

/** The ending of every temporary name: `sweepTemporary` looks for it. */
export const temporarySuffix = '.tmp';

/** A new name in the temporary directory, which nobody else uses. */
export function temporaryPath(directory: string): string {
  return directory + sep + randomUUID() + temporarySuffix;
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
export function stageFile(
  bytes: Uint8Array,
  destination: string,
  settings: StagingSettings,
): Awaitable<StagedFile> {
  const created = createTemporary(settings);
  return created instanceof Promise
    ? created.then((temporary) => fillTemporary(temporary, bytes, destination, settings))
    : fillTemporary(created, bytes, destination, settings);
}

function fillTemporary(
  { path, file }: Temporary,
  bytes: Uint8Array,
  destination: string,
  settings: StagingSettings,
): Awaitable<StagedFile> {
  try {
    const written = writeAndClose(file, destination, bytes, settings.sync);
    if (!(written instanceof Promise)) return { path, durable: written };
    return written.then(
      (durable) => ({ path, durable }),
      (error: unknown) => discardAndThrow(path, settings, error),
    );
  } catch (error) {
    return discardAndThrow(path, settings, error);
  }
}

async function discardAndThrow(path: string, settings: FileSettings, error: unknown): Promise<never> {
  await discard(path, settings);
  throw error;
}

/**
 * Writes `bytes` to a new file, flushes it if asked, and closes it in any case. Errors speak of `path`. Returns whether the content
 * is durable.
 */
export function writeAndClose(
  file: WritableFile,
  path: string,
  bytes: Uint8Array,
  sync: boolean,
): Awaitable<boolean> {
  let written: Awaitable<void>;
  try {
    written = writeWhole(file, path, bytes, 0);
  } catch (error) {
    written = Promise.reject(error);
  }
  if (sync || written instanceof Promise) return finish(written, file, path, sync);
  // On network file systems a close reports what a write could not: close(2), "Dealing with error returns".
  return whenThere(file.close(), () => false);
}

async function finish(
  written: Awaitable<void>,
  file: WritableFile,
  path: string,
  sync: boolean,
): Promise<boolean> {
  let durable = false;
  try {
    if (written instanceof Promise) await written;
    if (sync) durable = await syncFile(file, path);
  } catch (error) {
    await closeQuietly(file);
    throw error;
  }
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

interface Temporary {
  readonly path: string;
  readonly file: WritableFile;
}

/** One call, unless the name is taken (another is tried) or the directory is missing (it is created, one time). */
function createTemporary(
  settings: StagingSettings,
  attempt = 1,
  directoryCreated = false,
): Awaitable<Temporary> {
  const path = temporaryPath(settings.temporaryDirectory);
  const again = (error: unknown): Awaitable<Temporary> => {
    const code = systemErrorCode(error);
    if (code === 'EEXIST' && attempt < 3) return createTemporary(settings, attempt + 1, directoryCreated);
    if (code !== 'ENOENT' || directoryCreated) throw error;
    return ensureTemporary(settings).then(() => createTemporary(settings, attempt + 1, true));
  };
  try {
    const file = settings.fileSystem.create(path, settings.fileMode);
    return file instanceof Promise ? file.then((opened) => ({ path, file: opened }), again) : { path, file };
  } catch (error) {
    return again(error);
  }
}

async function ensureTemporary(settings: StagingSettings): Promise<void> {
  const { fileSystem, clock, signal, directoryMode } = settings;
  await ensureDirectory(settings.temporaryDirectory, { fileSystem, clock, signal, directoryMode });
}

/**
 * A write may take less than was asked without an error, which arrives with the next one: write(2). A disk that is
 * full in the middle of a file shows up only so.
 */
function writeWhole(file: WritableFile, path: string, bytes: Uint8Array, begin: number): Awaitable<void> {
  for (let offset = begin; offset < bytes.length;) {
    const answer = file.write(bytes, offset);
    if (answer instanceof Promise) {
      const from = offset;
      return answer.then((taken) =>
        writeWhole(file, path, bytes, from + checkTaken(taken, bytes, from, path)),
      );
    }
    offset += checkTaken(answer, bytes, offset, path);
  }
  return undefined;
}

function checkTaken(taken: number, bytes: Uint8Array, offset: number, path: string): number {
  if (taken > 0 && taken <= bytes.length - offset) return taken;
  const message = `the file took ${taken} of ${bytes.length - offset} bytes`;
  throw systemError('EIO', message, 'write', path);
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
