import { relative, sep } from 'node:path';
import {
  findPath,
  retryWhileBusy,
  systemErrorCode,
  systemFailure,
  type Awaitable,
  type BusyOptions,
  type Clock,
  type DirectoryEntry,
  type Durability,
  type FileStatus,
  type FileSystem,
} from '@tapps-agents/fs-atomic';
import type { Layout } from './layout.ts';

/** What every part of the file engine works with. */
export interface Disk {
  readonly layout: Layout;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  /** Permission bits for new files and directories. */
  readonly fileMode: number;
  readonly directoryMode: number;
  /** The most bytes a message may have; larger ones are not read. */
  readonly maxMessageBytes: number;
  readonly random: () => number;
  /** Message types whose name is too long for a file name, by the shortened form that stands there. */
  readonly longTypes: ReadonlyMap<string, string>;
  /** See the function of this name. */
  readonly within?: ((one: string, other: string) => Disk) | undefined;
}

/**
 * The disk for calls on names right in these directories: one that does not look for a link in the way of each call, where a look at both
 * directories was a moment ago. To find the directory in a path takes as long as a small call; who has it at hand need not. For calls
 * that follow at once: a moment later it may be another.
 */
export function within(disk: Disk, one: string, other: string = one): Disk {
  return disk.within?.(one, other) ?? disk;
}

/** How files are written and moved on a disk. */
export interface Writing {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly fileMode: number;
  readonly directoryMode: number;
  readonly durability: Durability;
  readonly durableRoot: string;
  readonly temporaryDirectory: string;
  readonly sharedDestination?: boolean;
  readonly signal?: AbortSignal;
}

/** The options that fs-atomic's functions take, for this disk; those that only differ in durability are frozen, and made once. */
export function writing(disk: Disk, durability: Durability, signal?: AbortSignal): Writing {
  const options = ways(disk)[durability];
  return signal === undefined ? options : { ...options, signal };
}

/** The same for a move to a name that others may make a file of too. */
export function movingToShared(disk: Disk, durability: Durability): Writing {
  return ways(disk).shared[durability];
}

type Ways = Readonly<Record<Durability, Writing>>;

const waysOf = new WeakMap<Disk, Ways & { readonly shared: Ways }>();

function ways(disk: Disk): Ways & { readonly shared: Ways } {
  let known = waysOf.get(disk);
  if (known === undefined) {
    const way = (durability: Durability, shared: boolean): Writing =>
      Object.freeze({
        fileSystem: disk.fileSystem,
        clock: disk.clock,
        fileMode: disk.fileMode,
        directoryMode: disk.directoryMode,
        durability,
        durableRoot: disk.layout.root,
        temporaryDirectory: disk.layout.temporary,
        ...(shared ? { sharedDestination: true } : {}),
      });
    const all = (shared: boolean): Ways => ({
      none: way('none', shared),
      file: way('file', shared),
      full: way('full', shared),
    });
    known = { ...all(false), shared: all(true) };
    waysOf.set(disk, known);
  }
  return known;
}

/**
 * Lists a directory. One that is missing is empty where `missing` allows it; any other failure is thrown, never
 * turned into an empty list.
 */
export async function* listDirectory(
  disk: Disk,
  path: string,
  missing: 'empty' | 'error',
): AsyncGenerator<readonly DirectoryEntry[]> {
  try {
    for await (const batch of disk.fileSystem.list(path)) yield batch;
  } catch (error) {
    if (missing === 'empty' && systemErrorCode(error) === 'ENOENT') return;
    throw systemFailure(error, { attempted: 'list', path });
  }
}

/** The names of the directories in a directory that may be missing, sorted. */
export async function directoryNames(disk: Disk, path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const batch of listDirectory(disk, path, 'empty')) {
    for (const entry of batch) if (entry.kind === 'directory') names.push(entry.name);
  }
  return names.toSorted();
}

/** How many names a directory has. */
export async function countNames(disk: Disk, path: string): Promise<number> {
  let count = 0;
  for await (const batch of listDirectory(disk, path, 'empty')) count += batch.length;
  return count;
}

/** What is at a path; null when there is nothing. */
export function statusOf(disk: Pick<Disk, 'fileSystem'>, path: string): Awaitable<FileStatus | null> {
  try {
    const found = findPath(path, disk.fileSystem);
    return found instanceof Promise ? unlessMissing('look at', path, () => found) : found;
  } catch (error) {
    throw systemFailure(error, { attempted: 'look at', path });
  }
}

/** Whether there is anything at a path. */
export function exists(disk: Disk, path: string): Awaitable<boolean> {
  const found = statusOf(disk, path);
  return found instanceof Promise ? found.then((status) => status !== null) : found !== null;
}

/**
 * All names in a directory that holds few; none where it is missing. Any other failure is thrown, never turned into an empty list.
 */
export function namesIn(disk: Disk, path: string): Awaitable<readonly string[]> {
  const { fileSystem } = disk;
  if (fileSystem.names === undefined) return listedNames(disk, path);
  try {
    const names = fileSystem.names(path);
    if (!(names instanceof Promise)) return names;
    return unlessMissing('list', path, () => names).then((found) => found ?? []);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw systemFailure(error, { attempted: 'list', path });
  }
}

async function listedNames(disk: Disk, path: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const batch of listDirectory(disk, path, 'empty'))
    for (const { name } of batch) names.push(name);
  return names;
}

/** Reads a small file; null when it is not there. */
export async function readIfPresent(disk: Disk, path: string, maxBytes: number): Promise<Uint8Array | null> {
  return await unlessMissing('read', path, () => disk.fileSystem.read(path, maxBytes));
}

/** How long a file that Windows says is in use is waited for: by one whom all wait for, and by one of many. */
const PATIENT_MS = 5_000;
export const BRIEFLY_MS = 200;

/** Removes a file; false when it is already gone. On Windows one that somebody has open is tried again for `busy_ms`. */
export async function removeIfPresent(
  { fileSystem, clock }: Disk,
  path: string,
  {
    busy_ms = PATIENT_MS,
    platform = process.platform,
  }: Partial<Pick<BusyOptions, 'busy_ms' | 'platform'>> = {},
): Promise<boolean> {
  return await isRemoved(path, () =>
    retryWhileBusy(() => fileSystem.remove(path), { clock, platform, busy_ms }),
  );
}

/**
 * As {@link removeIfPresent}, for one of many in a row. What is in use fails at once, for whoever removes many comes again, and a backup that has all of them open would hold it up for hours.
 */
export async function removeOneOfMany({ fileSystem }: Disk, path: string): Promise<boolean> {
  return await isRemoved(path, () => fileSystem.remove(path));
}

async function isRemoved(path: string, remove: () => Awaitable<void>): Promise<boolean> {
  const removed = await unlessMissing('remove', path, async () => {
    await remove();
    return true;
  });
  return removed ?? false;
}

/** What a call of the file system answers; null for ENOENT, and an FsAtomicError for all else that fails. */
async function unlessMissing<T>(
  attempted: string,
  path: string,
  call: () => Awaitable<T>,
): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw systemFailure(error, { attempted, path });
  }
}

/** A path below the root, with `/` on every platform: what entries are named by. */
export function entryIdOf(layout: Layout, path: string): string {
  const { root } = layout;
  // A listing asks this of every name, and nearly every path was made by putting a name behind the root.
  const isBehindRoot = path.startsWith(root) && path[root.length] === sep;
  const below = isBehindRoot ? path.slice(root.length + 1) : relative(root, path);
  return sep === '/' ? below : below.replaceAll(sep, '/');
}

/** An object's JSON text, for records that people read. */
export function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}
