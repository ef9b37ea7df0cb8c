import { join } from 'node:path';
import { isBusy } from './busy.ts';
import { invalidArgument, systemErrorCode, systemFailure } from './errors.ts';
import { fileSettings } from './file-options.ts';
import type { FileOptions, FileSettings } from './file-options.ts';
import type { DirectoryEntry, FileSystem } from './file-system.ts';
import { fileSystemTime_ms } from './file-system-time.ts';
import { isTokenName } from './mutex-token.ts';
import { temporaryPath, temporarySuffix } from './staging.ts';

/** What is swept, and how much at most. */
export interface SweepOptions extends FileOptions {
  readonly directory: string;
  /** Only what was not touched for so long; default one hour. */
  readonly olderThan_ms?: number | undefined;
  /** At most so many are removed in one call; default: no limit. */
  readonly limit?: number | undefined;
  /** Told of each file that can be neither looked at nor removed. Without it the first is thrown, after the others are done. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
}

/** What a sweep did. */
export interface SweepResult {
  readonly removed: number;
  /** Temporary files that are still there: too young, in use, or beyond the limit. */
  readonly kept: number;
}

/**
 * Removes temporary files that a crash left behind: `*.tmp` files, and `*.tmp` directories in which a mutex was being
 * made. Everything else is left alone. Age is measured by the file system's own clock, against a file
 * made for the purpose, so that a server whose clock is wrong cannot make a young file look old. A writer whose
 * file is swept all the same (a process that slept for an hour) writes it again.
 */
export async function sweepTemporary(options: SweepOptions): Promise<SweepResult> {
  const { directory, olderThan_ms = 3_600_000, limit = Number.POSITIVE_INFINITY } = options;
  if (!(olderThan_ms >= 0))
    throw invalidArgument(`olderThan_ms is ${olderThan_ms}; it must not be negative.`);
  if (!(limit >= 0)) throw invalidArgument(`limit is ${limit}; it must not be negative.`);
  const settings = fileSettings(options);
  const result = { removed: 0, kept: 0 };
  const failures: unknown[] = [];
  const failed =
    options.onFailure ??
    ((error: unknown): void => {
      if (failures.length === 0) failures.push(error);
    });
  try {
    settings.signal?.throwIfAborted();
    const now_ms = await fileSystemTime_ms(directory, settings);
    if (now_ms === null) return result;
    const sweepOne = async (entry: DirectoryEntry): Promise<void> => {
      settings.signal?.throwIfAborted();
      let swept = false;
      try {
        swept = result.removed < limit && (await sweep(entry, now_ms - olderThan_ms, directory, settings));
      } catch (error) {
        const path = join(directory, entry.name);
        failed(systemFailure(error, { attempted: 'sweep', path, signal: settings.signal }));
      }
      if (swept) result.removed += 1;
      else result.kept += 1;
    };
    const directories: DirectoryEntry[] = [];
    for await (const batch of settings.fileSystem.list(directory)) {
      for (const entry of batch.filter(isTemporary)) {
        if (entry.kind === 'file') await sweepOne(entry);
        else directories.push(entry);
      }
    }
    // They get another name on the way, which a listing that still runs might show.
    for (const entry of directories) await sweepOne(entry);
  } catch (error) {
    throw systemFailure(error, { attempted: 'sweep', path: directory, signal: settings.signal });
  }
  if (failures.length > 0) throw failures[0];
  return result;
}

function isTemporary(entry: DirectoryEntry): boolean {
  return entry.name.endsWith(temporarySuffix) && (entry.kind === 'file' || entry.kind === 'directory');
}

/** True if it is old and could be removed. What vanished meanwhile counts as removed, what is in use as kept. */
async function sweep(
  { name, kind }: DirectoryEntry,
  oldest_ms: number,
  directory: string,
  { fileSystem, platform }: FileSettings,
): Promise<boolean> {
  const path = join(directory, name);
  try {
    if ((await fileSystem.status(path)).modified_ms >= oldest_ms) return false;
    if (kind === 'file') await fileSystem.remove(path);
    else return await removeUnfinishedMutex(path, directory, fileSystem);
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT') return true;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    // A directory where a token would be (EISDIR; POSIX, and so macOS: EPERM), which is nothing of ours: the others still go.
    if (kind === 'directory' && (code === 'EISDIR' || code === 'EPERM')) return false;
    if (platform === 'win32' && isBusy(error)) return false;
    throw error;
  }
}

/**
 * Its token may have come further than its maker left it, where a crash has undone the directory's last move. The copy is
 * renamed first: a maker that slept until now could otherwise move it into place without its token, for ever.
 */
async function removeUnfinishedMutex(
  path: string,
  directory: string,
  fileSystem: FileSystem,
): Promise<boolean> {
  const tokens: string[] = [];
  for await (const batch of fileSystem.list(path)) {
    for (const { name, kind } of batch) {
      if (kind !== 'file' || !isTokenName(name)) return false;
      tokens.push(name);
    }
  }
  const aside = temporaryPath(directory);
  await fileSystem.rename(path, aside);
  for (const token of tokens) await fileSystem.remove(join(aside, token));
  await fileSystem.removeDirectory(aside);
  return true;
}
