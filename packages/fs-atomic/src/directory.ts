import { dirname, sep } from 'node:path';
import { isBusy, retryWhileBusy } from './busy.ts';
import { checkDurableRoot, forgetName, syncName, syncNamesUpTo } from './directory-sync.ts';
import { checkDurability } from './durability.ts';
import type { Durability } from './durability.ts';
import { invalidArgument, systemErrorCode, systemFailure } from './errors.ts';
import { fileSettings } from './file-options.ts';
import type { FileOptions, FileSettings } from './file-options.ts';

/** How `ensureDirectory` makes what is missing. */
export interface DirectoryOptions extends FileOptions {
  /** `full` flushes the parent of every directory that was made; default `none`. */
  readonly durability?: Durability | undefined;
  /** With `full`: also flushes the names of existing parents up to this one, once per process and directory. */
  readonly durableRoot?: string | undefined;
  /** Permission bits of new directories; default 0o700. */
  readonly directoryMode?: number | undefined;
}

/** Somebody may remove what was just made; after so many rounds, something else is wrong. */
const mostAttempts = 10;

/**
 * Makes sure that there is a directory, and its parents. Returns those that this call made, outermost first; any
 * number of callers may race. Throws `ERR_NOT_A_DIRECTORY` when something else has the name.
 */
export async function ensureDirectory(path: string, options: DirectoryOptions = {}): Promise<string[]> {
  if (path === '') throw invalidArgument('The path of a directory must not be empty.');
  const settings = fileSettings(options);
  const durability = checkDurability(options.durability ?? 'none');
  checkDurableRoot(path, options.durableRoot, 'directory');
  const created: string[] = [];
  await create(path, options.directoryMode ?? 0o700, settings, created);
  for (const directory of created) forgetName(directory, settings.fileSystem);
  if (durability === 'full') {
    for (const directory of created) await syncName(directory, settings.fileSystem);
    await syncNamesUpTo(path, options.durableRoot, settings.fileSystem);
  }
  return created;
}

/**
 * Removes a directory if it is empty. True if this call removed it; false if it holds something or is not there.
 */
export async function removeEmptyDirectory(path: string, options: FileOptions = {}): Promise<boolean> {
  const settings = fileSettings(options);
  settings.signal?.throwIfAborted();
  try {
    await retryWhileBusy(() => settings.fileSystem.removeDirectory(path), settings);
    return true;
  } catch (error) {
    const attempt = { attempted: 'remove the directory', path, signal: settings.signal };
    const code = systemErrorCode(error) ?? '';
    // Windows says ENOENT (ERROR_DIRECTORY: libuv, src/win/error.c) of what is there and is no directory.
    const isOther =
      code === 'ENOENT' &&
      settings.platform === 'win32' &&
      (await whatIsAt(path, settings)) === 'something else';
    if (isOther) throw systemFailure(notDirectory(error), attempt);
    if (['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(code)) return false;
    throw systemFailure(error, attempt);
  } finally {
    forgetName(path, settings.fileSystem);
  }
}

async function create(path: string, mode: number, settings: FileSettings, created: string[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    settings.signal?.throwIfAborted();
    try {
      if (await retryWhileBusy(() => makeOrFind(path, mode, settings), settings)) created.push(path);
      return;
    } catch (error) {
      const code = systemErrorCode(error);
      const parent = dirname(path);
      const parentMissing = code === 'ENOENT' && parent !== path;
      // Not only EEXIST: `mkdir('C:\\')` is EPERM, and a read-only file system may say EROFS of what is there.
      const found = parentMissing ? 'nothing' : await whatIsAt(path, settings);
      if (found === 'directory') return;
      const vanished = code === 'EEXIST' && found === 'nothing';
      if (attempt === mostAttempts || !(parentMissing || vanished)) throw creationFailure(error, path);
      if (parentMissing) await create(parent, mode, settings, created);
    }
  }
}

/**
 * True if it made the directory, false if one is there although the system calls that by another name than EEXIST.
 * Windows keeps the name of a directory that was removed until the last one who looks into it has left, and denies it to
 * everybody until then (STATUS_DELETE_PENDING is ERROR_ACCESS_DENIED, libuv's EPERM): that passes.
 */
async function makeOrFind(path: string, mode: number, settings: FileSettings): Promise<boolean> {
  try {
    await settings.fileSystem.createDirectory(path, mode);
    return true;
  } catch (error) {
    if (!isBusy(error)) throw error;
    const found = await whatIsAt(path, settings).catch(() => 'nothing'); // It may not even be looked at.
    if (found === 'directory') return false;
    throw error;
  }
}

async function whatIsAt(
  path: string,
  { fileSystem, platform }: FileSettings,
): Promise<'directory' | 'nothing' | 'something else'> {
  try {
    let { kind } = await fileSystem.status(path);
    // A link to a directory is as good. A trailing `.` makes the system follow it, but node takes it away on Windows
    // (path.toNamespacedPath), where listing follows instead.
    if (kind === 'link' && platform === 'win32') {
      for await (const _ of fileSystem.list(path)) break;
      return 'directory';
    }
    if (kind === 'link') kind = (await fileSystem.status(`${path}${sep}.`)).kind;
    return kind === 'directory' ? 'directory' : 'something else';
  } catch (error) {
    switch (systemErrorCode(error)) {
      case 'ENOENT':
        return 'nothing';
      case 'ENOTDIR': // A link to a file, followed; or a file among the parents.
        return 'something else';
      default:
        throw systemFailure(error, { attempted: 'create the directory', path });
    }
  }
}

function creationFailure(error: unknown, path: string): unknown {
  const attempt = { attempted: 'create the directory', path };
  // What exists and is no directory is in the way, whatever the system calls it.
  if (systemErrorCode(error) !== 'EEXIST') return systemFailure(error, attempt);
  return systemFailure(notDirectory(error), attempt);
}

function notDirectory(cause: unknown): Error {
  return Object.assign(new Error('ENOTDIR: not a directory', { cause }), { code: 'ENOTDIR' });
}
