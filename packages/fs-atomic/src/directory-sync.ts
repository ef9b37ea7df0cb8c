import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { invalidArgument, syncFailure } from './errors.ts';
import type { FsAtomicError } from './errors.ts';
import type { Awaitable, FileSystem } from './file-system.ts';

/** That a directory's own name is in its parent for good; `reached` is false where the file system has no such operation. */
interface DurableName {
  /** Which directory it was: another process may have removed it, and a third one made another of that name. */
  readonly identity: string;
  readonly reached: boolean;
}

/** That the names of a directory and of all its ancestors below `root` are. */
interface DurableWay extends DurableName {
  readonly root: string;
}

/** By path: names that this process has made durable. */
const durableNames = new WeakMap<FileSystem, Map<string, DurableName>>();

/**
 * By directory. Of a known way only the directory at its end is looked at: while that is the same one, none of its ancestors was
 * removed, as each holds something. All of them are forgotten with any name.
 */
const durableWays = new WeakMap<FileSystem, Map<string, DurableWay>>();

/** Beyond this many, all is forgotten and learnt again: memory stays bounded. */
const mostDurableNames = 50_000;

/**
 * Flushes a directory's entries. With `durableRoot` also, once per process and directory, its name in its parent
 * and so on up to the root: another process may have created a parent without flushing it, and its loss
 * would take along a file that was acknowledged as durable. Returns whether all of it could be flushed.
 */
export async function syncDirectoryUpTo(
  directory: string,
  durableRoot: string | undefined,
  fileSystem: FileSystem,
): Promise<boolean> {
  if (durableRoot === undefined) return await syncOne(directory, fileSystem);
  // Which directory it is, is asked while the disk is at work: nobody waits for that.
  const [reached, identity] = await Promise.all([
    syncOne(directory, fileSystem),
    identityOf(directory, fileSystem),
  ]);
  const named = syncWay(directory, identity, durableRoot, fileSystem);
  return (named instanceof Promise ? await named : named) && reached;
}

/**
 * Flushes the names of a directory and of its ancestors below `durableRoot`, each once per process and directory. Call it once
 * there is a file in it: then nobody can remove the directory in between.
 */
export async function syncNamesUpTo(
  directory: string,
  durableRoot: string | undefined,
  fileSystem: FileSystem,
): Promise<boolean> {
  if (durableRoot === undefined) return true;
  return await syncWay(directory, await identityOf(directory, fileSystem), durableRoot, fileSystem);
}

/** Throws `ERR_INVALID_ARGUMENT` when the path is not in `durableRoot`. A directory may be the root itself, a file may not. */
export function checkDurableRoot(
  path: string,
  durableRoot: string | undefined,
  kind: 'file' | 'directory',
): void {
  if (durableRoot === undefined) return;
  // Nearly every path was made by putting names behind the root; taking both apart would cost more than a system call.
  if (path.startsWith(durableRoot) && path[durableRoot.length] === sep && !path.includes('..')) return;
  const way = relative(durableRoot, path);
  const isRoot = way === '' && kind === 'file';
  if (!isRoot && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)) return;
  throw notInside(path, durableRoot);
}

function notInside(path: string, durableRoot: string): FsAtomicError {
  return invalidArgument(`${path} is not inside the durableRoot ${durableRoot}.`, path);
}

/** Of a directory that is known by its identity. */
function syncWay(
  directory: string,
  identity: string | undefined,
  durableRoot: string,
  fileSystem: FileSystem,
): Awaitable<boolean> {
  const known = durableWays.get(fileSystem)?.get(directory);
  const isSame = known !== undefined && known.identity === identity && known.root === durableRoot;
  return isSame ? known.reached : syncNames(directory, identity, durableRoot, fileSystem);
}

async function syncNames(
  directory: string,
  identity: string | undefined,
  durableRoot: string,
  fileSystem: FileSystem,
): Promise<boolean> {
  const known = durableWays.get(fileSystem) ?? new Map<string, DurableWay>();
  durableWays.set(fileSystem, known);
  const root = resolve(durableRoot);
  let reached = true;
  // As the check compares: names that Windows takes for the same are the same.
  for (let name = resolve(directory); relative(root, name) !== ''; name = dirname(name)) {
    if (dirname(name) === name) throw notInside(directory, durableRoot);
    reached = (await syncName(name, fileSystem)) && reached;
  }
  if (known.size >= mostDurableNames) known.clear();
  // Another working directory would make a relative path mean something else. What was forgotten meanwhile is another map.
  if (identity !== undefined && isAbsolute(directory) && isAbsolute(durableRoot))
    known.set(directory, { identity, reached, root: durableRoot });
  return reached;
}

/** Flushes the name of one directory in its parent, once per process and directory. */
export async function syncName(directory: string, fileSystem: FileSystem): Promise<boolean> {
  const known = durableNames.get(fileSystem) ?? new Map<string, DurableName>();
  durableNames.set(fileSystem, known);
  const path = resolve(directory);
  const identity = await identityOf(path, fileSystem);
  const earlier = known.get(path);
  if (earlier !== undefined && earlier.identity === identity) return earlier.reached;
  const reached = await syncOne(dirname(path), fileSystem);
  if (known.size >= mostDurableNames) known.clear();
  if (identity !== undefined) known.set(path, { identity, reached });
  return reached;
}

/** Undefined where it cannot be told; then its name is flushed again. */
async function identityOf(path: string, fileSystem: FileSystem): Promise<string | undefined> {
  try {
    return (await fileSystem.status(path)).identity;
  } catch {
    return undefined; // The flush that follows says what is wrong, if anything is.
  }
}

/** To be called for a directory that was removed, or found missing: its name must be flushed again. */
export function forgetName(directory: string, fileSystem: FileSystem): void {
  durableNames.get(fileSystem)?.delete(resolve(directory));
  durableWays.delete(fileSystem);
}

async function syncOne(directory: string, fileSystem: FileSystem): Promise<boolean> {
  try {
    return await fileSystem.syncDirectory(directory);
  } catch (error) {
    throw syncFailure(error, { attempted: 'make the names durable in', path: directory });
  }
}
