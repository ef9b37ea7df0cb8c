import { dirname } from 'node:path';
import { withTimeLeft } from './busy.ts';
import { syncDirectoryUpTo } from './directory-sync.ts';
import type { Durability } from './durability.ts';
import { syncFailure, systemFailure } from './errors.ts';
import { filesPerSlice, renameIntoPlace } from './placement.ts';
import { checkFiles } from './publish-options.ts';
import type { FileToPublish, PublishedFile, PublishSettings } from './publish-options.ts';
import { discard, stageFile } from './staging.ts';
import type { StagedFile } from './staging.ts';

/** One of the files on its way; with `failed` it has come to its end. */
interface Placing {
  readonly file: FileToPublish;
  /** What was written aside: nothing yet, or one file. */
  readonly staged: StagedFile[];
  failed: { readonly reason: unknown } | null;
}

/** What the flush of a directory came to. */
type Flushed = { readonly reached: Durability } | { readonly failure: unknown };

/**
 * As `placeFiles` of new files that have nothing to do with each other: what stops one stops it alone. The steps are the same and
 * in the same order: all written aside and flushed, all renamed, each directory flushed once. A directory is flushed for those
 * that got into it, whatever became of the others.
 */
export async function placeEach(
  files: readonly FileToPublish[],
  settings: PublishSettings,
): Promise<PromiseSettledResult<PublishedFile>[]> {
  checkFiles(files, settings);
  const placings = files.map((file): Placing => ({ file, staged: [], failed: null }));
  for (let start = 0; start < placings.length; start += filesPerSlice) {
    const slice = placings.slice(start, start + filesPerSlice);
    await Promise.all(slice.map((placing) => stage(placing, settings)));
  }
  const deadline_ms = settings.clock.monotonic() + settings.busy_ms;
  for (const placing of placings) {
    if (placing.failed !== null) continue;
    await rename(placing, settings, deadline_ms);
  }
  const flushed = await flushDirectories(placings, settings);
  return placings.map((placing) => resultOf(placing, settings, flushed));
}

async function stage(placing: Placing, settings: PublishSettings): Promise<void> {
  const { path, bytes } = placing.file;
  try {
    placing.staged.push(await stageFile(bytes, path, settings));
  } catch (error) {
    placing.failed = { reason: systemFailure(error, { attempted: 'publish', path }) };
  }
}

async function rename(placing: Placing, settings: PublishSettings, deadline_ms: number): Promise<void> {
  const { file, staged } = placing;
  try {
    const renamed = renameIntoPlace(file, 0, staged, withTimeLeft(settings, deadline_ms), 'publish');
    if (renamed instanceof Promise) await renamed;
  } catch (error) {
    for (const { path } of staged) await discard(path, withTimeLeft(settings, deadline_ms));
    placing.failed = { reason: systemFailure(error, { attempted: 'publish', path: file.path }) };
  }
}

/** What is in place and asks for it has its directory flushed; none twice. */
async function flushDirectories(
  placings: readonly Placing[],
  settings: PublishSettings,
): Promise<ReadonlyMap<string, Flushed>> {
  const { durableRoot, fileSystem } = settings;
  const flushed = new Map<string, Flushed>();
  for (const placing of placings) {
    const directory = dirname(placing.file.path);
    if (placing.failed !== null || asked(placing, settings) !== 'full' || flushed.has(directory)) continue;
    try {
      const reached = (await syncDirectoryUpTo(directory, durableRoot, fileSystem)) ? 'full' : 'file';
      flushed.set(directory, { reached });
    } catch (failure) {
      flushed.set(directory, { failure });
    }
  }
  return flushed;
}

function resultOf(
  placing: Placing,
  settings: PublishSettings,
  flushed: ReadonlyMap<string, Flushed>,
): PromiseSettledResult<PublishedFile> {
  const { path } = placing.file;
  if (placing.failed !== null) return { status: 'rejected', ...placing.failed };
  const durability = asked(placing, settings);
  const flush = durability === 'full' ? flushed.get(dirname(path)) : undefined;
  if (flush === undefined) return { status: 'fulfilled', value: { path, durability } };
  if ('reached' in flush) return { status: 'fulfilled', value: { path, durability: flush.reached } };
  const reason = syncFailure(flush.failure, { attempted: 'publish', path, published: [path] });
  return { status: 'rejected', reason };
}

/** Content that could not be made durable needs no flush of its name. */
function asked({ staged }: Placing, { durability }: PublishSettings): Durability {
  return staged[0]?.durable === true ? durability : 'none';
}
