import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { invalidArgument, syncFailure } from './errors.ts';
import type { FileSystem } from './file-system.ts';

/**
 * Directories whose own name, in their parent, this process has made durable; false where the file system has no
 * such operation. A name that is removed and made again by another process goes unnoticed here, so remove
 * directories with `removeEmptyDirectory` and only where losing a new one in a power cut does no harm.
 */
const durableNames = new WeakMap<FileSystem, Map<string, boolean>>();

/** Beyond this many, all is forgotten and learnt again: memory stays bounded. */
const mostDurableNames = 50_000;

/**
 * Flushes a directory's entries. With `durableRoot` also, once per process, the name of the directory in its parent
 * and so on up to the root: another process may have created a parent without flushing it, and its loss
 * would take along a file that was acknowledged as durable. Returns whether all of it could be flushed.
 */
export async function syncDirectoryUpTo(
  directory: string,
  durableRoot: string | undefined,
  fileSystem: FileSystem,
): Promise<boolean> {
  const reached = await syncOne(directory, fileSystem);
  return (await syncNamesUpTo(directory, durableRoot, fileSystem)) && reached;
}

/** Flushes the names of a directory and of its ancestors below `durableRoot`, each once per process. */
export async function syncNamesUpTo(
  directory: string,
  durableRoot: string | undefined,
  fileSystem: FileSystem,
): Promise<boolean> {
  if (durableRoot === undefined) return true;
  const root = resolve(durableRoot);
  let reached = true;
  for (let name = resolve(directory); name !== root; name = dirname(name)) {
    reached = (await syncName(name, fileSystem)) && reached;
  }
  return reached;
}

/** Throws `ERR_INVALID_ARGUMENT` when the directory is not in `durableRoot`. */
export function checkDurableRoot(directory: string, durableRoot: string | undefined): void {
  if (durableRoot === undefined) return;
  const way = relative(durableRoot, directory);
  if (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)) return;
  throw invalidArgument(`${directory} is not inside the durableRoot ${durableRoot}.`, directory);
}

/** Flushes the name of one directory in its parent, once per process. */
export async function syncName(directory: string, fileSystem: FileSystem): Promise<boolean> {
  const known = durableNames.get(fileSystem) ?? new Map<string, boolean>();
  durableNames.set(fileSystem, known);
  const path = resolve(directory);
  const earlier = known.get(path);
  if (earlier !== undefined) return earlier;
  const reached = await syncOne(dirname(path), fileSystem);
  if (known.size >= mostDurableNames) known.clear();
  known.set(path, reached);
  return reached;
}

/** To be called for a directory that was removed, or found missing: its name must be flushed again. */
export function forgetName(directory: string, fileSystem: FileSystem): void {
  durableNames.get(fileSystem)?.delete(resolve(directory));
}

async function syncOne(directory: string, fileSystem: FileSystem): Promise<boolean> {
  try {
    return await fileSystem.syncDirectory(directory);
  } catch (error) {
    throw syncFailure(error, { attempted: 'make the names durable in', path: directory });
  }
}
