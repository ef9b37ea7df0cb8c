import { dirname } from 'node:path';
import { recover } from './awaitable.ts';
import { retryWhileBusy, withTimeLeft } from './busy.ts';
import { ensureDirectory } from './directory.ts';
import { syncDirectoryUpTo } from './directory-sync.ts';
import type { Durability } from './durability.ts';
import { syncFailure, systemErrorCode, systemFailure } from './errors.ts';
import { pathExists } from './existence.ts';
import type { Awaitable } from './file-system.ts';
import { checkFile, checkFiles } from './publish-options.ts';
import type { FileToPublish, PublishedFile, PublishSettings } from './publish-options.ts';
import { discard, stageFile } from './staging.ts';
import type { StagedFile } from './staging.ts';

/** How many files are open, and being flushed, at one time. */
export const filesPerSlice = 32;

/** Whether the final name is new, or an existing file may give way. */
export type PlacementKind = 'publish' | 'replace';

/**
 * Writes all files aside, flushes them, renames all of them into place, then flushes each directory once. Until the
 * first rename, any failure leaves the destination as it was and no temporary file. Once the first rename has
 * happened the signal is not looked at any more; a failure then names in `published` what is in place. Files that are in use on
 * Windows are waited for by one deadline.
 */
export async function placeFiles(
  files: readonly FileToPublish[],
  settings: PublishSettings,
  kind: PlacementKind,
): Promise<PublishedFile[]> {
  checkFiles(files, settings);
  const staged: StagedFile[] = [];
  const published: string[] = [];
  let deadline_ms = settings.clock.monotonic() + settings.busy_ms;
  let current = files[0]?.path ?? '';
  try {
    if (settings.sync) await stageSlices(files, staged, settings, kind);
    else await stageInTurn(files, staged, settings, (path) => (current = path));
    settings.signal?.throwIfAborted();
    deadline_ms = settings.clock.monotonic() + settings.busy_ms;
    for (const [index, file] of files.entries()) {
      current = file.path;
      const renamed = renameIntoPlace(file, index, staged, withTimeLeft(settings, deadline_ms), kind);
      if (renamed instanceof Promise) await renamed;
      published.push(file.path);
    }
  } catch (error) {
    for (const { path } of staged.slice(published.length))
      await discard(path, withTimeLeft(settings, deadline_ms));
    throw systemFailure(error, { attempted: kind, path: current, published, signal: settings.signal });
  }
  const durability = staged.every((file) => file.durable) ? settings.durability : 'none';
  return syncPlaces(published, { ...settings, durability }, kind);
}

/** `placeFiles` of one. */
export async function placeFile(
  file: FileToPublish,
  settings: PublishSettings,
  kind: PlacementKind,
): Promise<PublishedFile> {
  checkFile(file, settings);
  const { path } = file;
  const { signal } = settings;
  signal?.throwIfAborted();
  const staged: StagedFile[] = [];
  try {
    const staging = stageFile(file.bytes, path, settings);
    staged.push(staging instanceof Promise ? await staging : staging);
    signal?.throwIfAborted();
    const renamed = renameIntoPlace(file, 0, staged, settings, kind);
    if (renamed instanceof Promise) await renamed;
  } catch (error) {
    for (const { path: temporary } of staged) await discard(temporary, settings);
    throw systemFailure(error, { attempted: kind, path, signal });
  }
  const durability = staged[0]?.durable === true ? settings.durability : 'none';
  return {
    path,
    durability: durability === 'full' ? await syncPlace(path, [path], settings, kind) : durability,
  };
}

/** What is not flushed has nothing to wait for: one after the other. */
async function stageInTurn(
  files: readonly FileToPublish[],
  staged: StagedFile[],
  settings: PublishSettings,
  begins: (path: string) => void,
): Promise<void> {
  for (const [index, { path, bytes }] of files.entries()) {
    if (index % filesPerSlice === 0) settings.signal?.throwIfAborted();
    begins(path);
    const staging = stageFile(bytes, path, settings);
    staged.push(staging instanceof Promise ? await staging : staging);
  }
}

async function stageSlices(
  files: readonly FileToPublish[],
  staged: StagedFile[],
  settings: PublishSettings,
  kind: PlacementKind,
): Promise<void> {
  for (let start = 0; start < files.length; start += filesPerSlice) {
    settings.signal?.throwIfAborted();
    await stageSlice(files.slice(start, start + filesPerSlice), staged, settings, kind);
  }
}

async function stageSlice(
  slice: readonly FileToPublish[],
  staged: StagedFile[],
  settings: PublishSettings,
  kind: PlacementKind,
): Promise<void> {
  const results = await Promise.allSettled(
    slice.map(async ({ path, bytes }) => {
      try {
        return await stageFile(bytes, path, settings);
      } catch (error) {
        throw systemFailure(error, { attempted: kind, path, signal: settings.signal });
      }
    }),
  );
  for (const result of results) if (result.status === 'fulfilled') staged.push(result.value);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/**
 * One rename, unless a directory is missing (it is created) or the temporary file was swept away meanwhile (it is
 * written again); each is tried once. `staged[index]` is the file's, and is replaced where it is written again.
 */
export function renameIntoPlace(
  file: FileToPublish,
  index: number,
  staged: StagedFile[],
  settings: PublishSettings,
  kind: PlacementKind,
): Awaitable<void> {
  return recover(
    () => renameOne(staged[index]?.path ?? '', file.path, settings),
    (error) => renameAfter(error, file, index, staged, settings, kind),
  );
}

function renameOne(temporary: string, path: string, settings: PublishSettings): Awaitable<void> {
  const { fileSystem, platform } = settings;
  if (platform !== 'win32') return fileSystem.rename(temporary, path);
  return retryWhileBusy(() => fileSystem.rename(temporary, path), { ...settings, signal: undefined });
}

/** What to do about a rename that failed. */
async function renameAfter(
  failure: unknown,
  file: FileToPublish,
  index: number,
  staged: StagedFile[],
  settings: PublishSettings,
  kind: PlacementKind,
): Promise<void> {
  const { fileSystem, durability } = settings;
  let rewritten = false;
  let directoryEnsured = false;
  for (let error = failure; ;) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    const temporary = staged[index]?.path ?? '';
    if (await pathExists(temporary, fileSystem)) {
      if (directoryEnsured) throw error;
      directoryEnsured = true;
      await ensureDirectory(dirname(file.path), { ...settings, signal: undefined, durability });
    } else {
      // A network file system may repeat a rename whose answer got lost, and report that there is nothing to
      // rename: rename(2), "On NFS filesystems". The new name is this caller's alone, so if it is there, it worked.
      if (kind === 'publish' && (await pathExists(file.path, fileSystem))) return;
      if (rewritten) throw error;
      rewritten = true;
      staged[index] = await stageFile(file.bytes, file.path, settings);
    }
    try {
      await renameOne(staged[index]?.path ?? '', file.path, settings);
      return;
    } catch (again) {
      error = again;
    }
  }
}

async function syncPlaces(
  published: readonly string[],
  settings: PublishSettings,
  kind: PlacementKind,
): Promise<PublishedFile[]> {
  const { durability } = settings;
  if (durability !== 'full') return published.map((path) => ({ path, durability }));
  const reached = new Map<string, Durability>();
  for (const path of published) {
    const directory = dirname(path);
    if (!reached.has(directory)) reached.set(directory, await syncPlace(path, published, settings, kind));
  }
  return published.map((path) => ({ path, durability: reached.get(dirname(path)) ?? 'none' }));
}

/** Flushes the directory of a path; returns what its files have reached with that. */
async function syncPlace(
  path: string,
  published: readonly string[],
  { durableRoot, fileSystem }: PublishSettings,
  kind: PlacementKind,
): Promise<Durability> {
  try {
    return (await syncDirectoryUpTo(dirname(path), durableRoot, fileSystem)) ? 'full' : 'file';
  } catch (error) {
    throw syncFailure(error, { attempted: kind, path, published });
  }
}
