import { dirname } from 'node:path';
import { recover, whenThere } from './awaitable.ts';
import { retryWhileBusy, withTimeLeft } from './busy.ts';
import { ensureDirectory } from './directory.ts';
import { checkDurableRoot, syncDirectoryUpTo } from './directory-sync.ts';
import { checkDurability } from './durability.ts';
import type { Durability } from './durability.ts';
import { invalidArgument, syncFailure, systemErrorCode, systemFailure } from './errors.ts';
import type { Attempt } from './errors.ts';
import { pathExists } from './existence.ts';
import { fileSettings } from './file-options.ts';
import type { FileOptions, FileSettings } from './file-options.ts';
import type { Awaitable } from './file-system.ts';
import { onceForFrozen } from './once-for-frozen.ts';

/** How a file is moved. */
export interface MoveOptions extends FileOptions {
  /** `full` flushes both directories, the destination first; `none` (default) and `file` flush nothing. */
  readonly durability?: Durability | undefined;
  /** With `full`: flushes the names of the destination's parents up to this directory too, once per process and directory. */
  readonly durableRoot?: string | undefined;
  /** Permission bits of destination directories that are missing and get created; default 0o700. */
  readonly directoryMode?: number | undefined;
  /**
   * True where other callers may make a file of the name `to` too, so that finding one there proves nothing about
   * who moved it; default false. A rename whose answer got lost then counts as lost to others.
   */
  readonly sharedDestination?: boolean | undefined;
}

/**
 * Renames a file so that of any number of callers exactly one wins: true for the one that moved it, false for those that
 * found the source gone. `to` must be a name that only this caller uses and that does not exist (see
 * `sharedDestination` for the exception); nobody may ever reuse a name, or a late caller could move another
 * incarnation of the file.
 *
 * One rename is all it costs, unless the destination directory is missing (then it is created). Throws
 * `FsAtomicError`; with `to` in `published` the file was moved and only the durability of that is in doubt.
 */
export async function moveFile(from: string, to: string, options: MoveOptions = {}): Promise<boolean> {
  return moveAtOnce(from, to, options);
}

/**
 * As `moveFile`, with the answer at once wherever the file system gives its own at once, and throwing where `moveFile` rejects: for
 * who moves one file after the other, where a promise costs as much as the rename.
 */
export function moveAtOnce(from: string, to: string, options: MoveOptions = {}): Awaitable<boolean> {
  const settings = moveSettings(options);
  checkPaths(from, to, settings.durableRoot);
  settings.signal?.throwIfAborted();
  if (settings.durability === 'full' || settings.platform === 'win32') return moveInSteps(from, to, settings);
  try {
    const renamed = settings.fileSystem.rename(from, to);
    if (!(renamed instanceof Promise)) return true;
    return renamed.then(
      () => true,
      (error: unknown) => moveAfter(error, from, to, settings),
    );
  } catch (error) {
    return moveAfter(error, from, to, settings);
  }
}

async function moveInSteps(from: string, to: string, settings: MoveSettings): Promise<boolean> {
  try {
    if (!(await renameOrLose(from, to, settings))) return false;
  } catch (error) {
    throw systemFailure(error, attemptOf(from, settings));
  }
  if (settings.durability === 'full') await syncMove(from, to, settings);
  return true;
}

/** After a rename that failed. */
async function moveAfter(error: unknown, from: string, to: string, settings: MoveSettings): Promise<boolean> {
  try {
    return await renameAfter(error, from, to, settings, false);
  } catch (final) {
    throw systemFailure(final, attemptOf(from, settings));
  }
}

interface MoveSettings extends FileSettings {
  readonly durability: Durability;
  readonly durableRoot: string | undefined;
  readonly directoryMode: number | undefined;
  readonly sharedDestination: boolean;
}

const moveSettings = onceForFrozen((options: MoveOptions): MoveSettings => ({
  ...fileSettings(options),
  durability: checkDurability(options.durability ?? 'none'),
  durableRoot: options.durableRoot,
  directoryMode: options.directoryMode,
  sharedDestination: options.sharedDestination ?? false,
}));

/** One file of many to be moved. */
export interface FileToMove {
  readonly from: string;
  /** As `moveFile`'s: a name of this caller's alone, that does not exist. */
  readonly to: string;
}

/**
 * As `moveFile` for many files, at a fraction of the cost each: renames all of them in the order given, then flushes each
 * directory once, destinations first. Each is told its own: fulfilled with whether this call moved it, or rejected with its
 * `FsAtomicError`; none stops the others. Where a flush fails, all that were moved to or from that directory are
 * rejected with `to` in `published`. Throws only for wrong arguments. On Windows, `busy_ms` is for all of the files that are in use
 * together; once it is over each of the others has a moment.
 */
export async function moveMany(
  files: readonly FileToMove[],
  options: Omit<MoveOptions, 'signal'> = {},
): Promise<PromiseSettledResult<boolean>[]> {
  const settings = moveSettings(options);
  for (const { from, to } of files) checkPaths(from, to, settings.durableRoot);
  const results: PromiseSettledResult<boolean>[] = [];
  const deadline_ms = settings.clock.monotonic() + settings.busy_ms;
  for (const { from, to } of files) {
    try {
      const value = await renameOrLose(from, to, withTimeLeft(settings, deadline_ms));
      results.push({ status: 'fulfilled', value });
    } catch (error) {
      results.push({ status: 'rejected', reason: systemFailure(error, attemptOf(from, settings)) });
    }
  }
  return settings.durability === 'full' ? await syncMoves(files, results, settings) : results;
}

async function syncMoves(
  files: readonly FileToMove[],
  results: readonly PromiseSettledResult<boolean>[],
  { fileSystem, durableRoot }: MoveSettings,
): Promise<PromiseSettledResult<boolean>[]> {
  const moved = files.filter((_, index) => {
    const result = results[index];
    return result?.status === 'fulfilled' && result.value;
  });
  const destinations = new Set(moved.map(({ to }) => dirname(to)));
  const failed = new Map<string, unknown>();
  const sync = async (directory: string, upTo: string | undefined): Promise<void> => {
    try {
      await syncDirectoryUpTo(directory, upTo, fileSystem);
    } catch (error) {
      failed.set(directory, error);
    }
  };
  for (const directory of destinations) await sync(directory, durableRoot);
  for (const directory of new Set(moved.map(({ from }) => dirname(from))))
    if (!destinations.has(directory)) await sync(directory, undefined);
  return results.map((result, index) => {
    const file = files[index];
    if (file === undefined || result.status === 'rejected' || !result.value) return result;
    const error = failed.get(dirname(file.to)) ?? failed.get(dirname(file.from));
    if (error === undefined) return result;
    const attempt = { attempted: 'move', path: file.from, published: [file.to] };
    return { status: 'rejected', reason: syncFailure(error, attempt) };
  });
}

function attemptOf(path: string, { signal, platform }: MoveSettings): Attempt {
  return { attempted: 'move', path, signal, platform };
}

function checkPaths(from: string, to: string, durableRoot: string | undefined): void {
  if (from === '' || to === '') throw invalidArgument('The paths of a move must not be empty.');
  if (from === to) throw invalidArgument(`${from} cannot be moved to itself: no name is used twice.`, from);
  checkDurableRoot(to, durableRoot, 'file');
}

function renameOrLose(
  from: string,
  to: string,
  settings: MoveSettings,
  directoryEnsured = false,
): Awaitable<boolean> {
  const { fileSystem } = settings;
  return recover(
    () =>
      whenThere(
        retryWhileBusy(() => fileSystem.rename(from, to), settings),
        () => true,
      ),
    (error) => renameAfter(error, from, to, settings, directoryEnsured),
  );
}

/** What a rename that failed means, and whether to try it once more. */
async function renameAfter(
  error: unknown,
  from: string,
  to: string,
  settings: MoveSettings,
  directoryEnsured: boolean,
): Promise<boolean> {
  const { fileSystem } = settings;
  if (systemErrorCode(error) !== 'ENOENT') throw error;
  // A network file system may repeat a rename whose answer got lost and report that there is nothing to rename:
  // rename(2), "On NFS filesystems". Only this caller uses the new name, so if it is there, the move worked.
  if (!settings.sharedDestination && (await pathExists(to, fileSystem))) return true;
  if (!(await pathExists(from, fileSystem))) return false;
  if (directoryEnsured) throw error;
  await ensureDirectory(dirname(to), settings);
  return await renameOrLose(from, to, settings, true);
}

async function syncMove(from: string, to: string, { fileSystem, durableRoot }: MoveSettings): Promise<void> {
  try {
    await syncDirectoryUpTo(dirname(to), durableRoot, fileSystem);
    if (dirname(from) !== dirname(to)) await syncDirectoryUpTo(dirname(from), undefined, fileSystem);
  } catch (error) {
    throw syncFailure(error, { attempted: 'move', path: from, published: [to] });
  }
}
