import { dirname, join } from 'node:path';
import { isBusy, retryWhileBusy } from './busy.ts';
import { ensureDirectory } from './directory.ts';
import { syncDirectoryUpTo } from './directory-sync.ts';
import { systemErrorCode, systemFailure } from './errors.ts';
import { fileSettings } from './file-options.ts';
import type { FileOptions, FileSettings } from './file-options.ts';
import type { FileSystem } from './file-system.ts';
import { discard, temporaryPath } from './staging.ts';

/** The one file of a mutex's directory, taken apart: `g<generation>~free` or `g<generation>~held~<owner>`. */
export interface MutexToken {
  readonly name: string;
  /** How many times the mutex has been acquired. */
  readonly generation: number;
  /** Null: free. */
  readonly holder: string | null;
}

/** The highest generation that a name can have. */
export const MAX_GENERATION = 999_999_999_999_999;

/** The name of a token. */
export function tokenName(generation: number, holder: string | null): string {
  return holder === null ? `g${generation}~free` : `g${generation}~held~${holder}`;
}

/** Takes a token's name apart; null for any other name. */
function parseTokenName(name: string): MutexToken | null {
  const match = /^g(0|[1-9]\d{0,14})~(?:free|held~([0-9A-Za-z_-]{1,64}))$/.exec(name);
  if (match === null) return null;
  return { name, generation: Number(match[1]), holder: match[2] ?? null };
}

/** Whether a file of this name is a token. */
export function isTokenName(name: string): boolean {
  return parseTokenName(name) !== null;
}

/**
 * Looks for the token: `none` when this scan shows none, which proves nothing as it may be under way from one name to
 * the next, and `no directory` when the mutex was never made. A scan may also show two names of one token; the
 * later is returned. On Windows whoever tries to put a directory in this one's place has it open for a moment, and shares it with
 * nobody: it is looked at again.
 */
export async function findToken(
  directory: string,
  options: FileOptions,
): Promise<MutexToken | 'none' | 'no directory'> {
  const settings = fileSettings(options);
  try {
    return (await retryWhileBusy(() => latestToken(directory, settings.fileSystem), settings)) ?? 'none';
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 'no directory';
    throw systemFailure(error, {
      attempted: 'list the mutex',
      path: directory,
      signal: settings.signal,
    });
  }
}

async function latestToken(directory: string, fileSystem: FileSystem): Promise<MutexToken | null> {
  let latest: MutexToken | null = null;
  for await (const batch of fileSystem.list(directory)) {
    for (const entry of batch) {
      const token = parseTokenName(entry.name);
      if (token !== null && isLater(token, latest)) latest = token;
    }
  }
  return latest;
}

/** Of one generation, free comes after held. */
function isLater(token: MutexToken, than: MutexToken | null): boolean {
  if (than === null || token.generation > than.generation) return true;
  return token.generation === than.generation && token.holder === null;
}

/**
 * Makes the mutex: a directory that holds its first token, built aside and renamed into place, so that no one ever
 * sees it without a token. Of many callers one succeeds and the others remove their copy, and are told false. Its permission
 * bits are those of the temporary directory: whoever may work there may use the mutex.
 */
export async function createMutexDirectory(
  directory: string,
  temporaryDirectory: string,
  settings: FileSettings,
  generation = 0,
): Promise<boolean> {
  const { fileSystem } = settings;
  const copy = temporaryPath(temporaryDirectory);
  const token = join(copy, tokenName(generation, null));
  let moved = false;
  try {
    await ensureDirectory(temporaryDirectory, settings);
    const directoryMode = (await fileSystem.status(temporaryDirectory)).mode & 0o777;
    await ensureDirectory(copy, { ...settings, directoryMode });
    await (await fileSystem.create(token, directoryMode & 0o666)).close();
    // A mutex without its token is lost for ever; so it is durable there before the mutex has its name.
    await syncDirectoryUpTo(copy, undefined, fileSystem);
    await ensureDirectory(dirname(directory), { ...settings, directoryMode, durability: 'full' });
    moved = await retryWhileBusy(() => renameUnlessMade(copy, directory, settings), settings);
  } catch (error) {
    throw systemFailure(error, { attempted: 'create the mutex', path: directory, signal: settings.signal });
  } finally {
    if (!moved) await removeCopy(copy, token, settings);
  }
  return moved;
}

/**
 * A directory cannot be renamed over one that holds something: rename(2), ENOTEMPTY or EEXIST; EPERM or EACCES on
 * Windows, where they can also mean that the copy is busy.
 */
async function renameUnlessMade(copy: string, directory: string, settings: FileSettings): Promise<boolean> {
  try {
    await settings.fileSystem.rename(copy, directory);
    return true;
  } catch (error) {
    if (!isBusy(error) && !['ENOTEMPTY', 'EEXIST'].includes(systemErrorCode(error) ?? '')) throw error;
    if ((await findToken(directory, settings)) === 'no directory') throw error;
    return false;
  }
}

async function removeCopy(copy: string, token: string, settings: FileSettings): Promise<void> {
  await discard(token, settings);
  try {
    await settings.fileSystem.removeDirectory(copy);
  } catch {
    // It is left to sweepTemporary.
  }
}
