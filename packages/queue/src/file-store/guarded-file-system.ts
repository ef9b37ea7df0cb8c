import { dirname, isAbsolute, join, sep } from 'node:path';
import {
  inBackground,
  retryWhileBusy,
  systemErrorCode,
  type Awaitable,
  type Clock,
  type DirectoryEntry,
  type FileStatus,
  type FileSystem,
} from '@tapps-agents/fs-atomic';
import { SeenDirectories } from './seen-directories.ts';

/** How long Windows may keep a name from being looked at before that is an error. */
const DENIED_MS = 500;

/** One that can be asked what it would look for. */
export interface GuardedFileSystem extends FileSystem {
  /**
   * Whether nothing is to be looked for, for a moment, on the way to a name in this directory: a call of the file system itself does the
   * same. Never on Windows, where calls are made in another way, too.
   */
  isFree(directory: string): boolean;
}

/**
 * A file system on which no call below the root goes through a link: one in the place of a directory (`inbox/coder`, say)
 * would lead whoever lists, claims or publishes there to files that are none of the queue's. Such a call fails with
 * `ENOTDIR`. The root itself, and what is above it, may be links: they are the user's own. `watch` and `space` alone go
 * where they are told: a hint that something changed, and how much room there is, harm nobody.
 *
 * The system has no way to open a path below a directory without following links on the way, so this looks first: it
 * protects from what is there, not from somebody who puts a link there at the same moment.
 *
 * On Windows, whose rules `platform` asks for, a name that was removed while somebody had it open cannot be looked at until the
 * last one has closed it (STATUS_DELETE_PENDING is ERROR_ACCESS_DENIED, libuv's EPERM). So `status` looks again for half a second.
 * And what lies below a file is called missing there (ERROR_PATH_NOT_FOUND, libuv's ENOENT), where POSIX says ENOTDIR: a box with a
 * file in its way would be taken for an empty one. So a file in the place of a directory fails the call in the same way as a link.
 */
export function guardedFileSystem(
  inner: FileSystem,
  root: string,
  clock: Clock,
  platform: NodeJS.Platform = process.platform,
): GuardedFileSystem {
  const patience = { clock, platform, busy_ms: DENIED_MS };
  const look = (path: string): Awaitable<FileStatus> => retryWhileBusy(() => inner.status(path), patience);
  const find = (path: string): Awaitable<FileStatus | null> => inner.find?.(path) ?? null;
  const seen = new SeenDirectories(clock);
  const above = join(root, 'x', '..'); // As `join` has it in every path of the layout: without a slash at its end.
  const checked = async (directory: string): Promise<void> => {
    if (!isBelow(directory, above)) return;
    const now = clock.monotonic();
    if (seen.isFresh(directory)) return;
    await checked(dirname(directory));
    const other = await inTheWay(look, directory, platform);
    if (other !== null) throw notDirectory(other, directory);
    seen.add(directory, now);
  };
  /** Whether nothing is left to look at on the way to this directory. Then the call is made at once, which is what most are. */
  const isSafe = (directory: string): boolean => seen.isFresh(directory) || !isBelow(directory, above);
  /** The same of the directory that a path is in. */
  const isSafeIn = (path: string): boolean => seen.isFreshAround(path) || isSafe(parentOf(path));
  const on =
    <Rest extends unknown[], Result>(call: (path: string, ...rest: Rest) => Awaitable<Result>) =>
    (path: string, ...rest: Rest): Awaitable<Result> =>
      isSafeIn(path) ? call(path, ...rest) : checked(parentOf(path)).then(() => call(path, ...rest));
  const namesOf = (path: string): Awaitable<readonly string[]> => inner.names?.(path) ?? [];
  const names = (path: string): Awaitable<readonly string[]> =>
    isSafe(path) ? namesOf(path) : checked(path).then(() => namesOf(path));
  async function* listChecked(path: string): AsyncGenerator<readonly DirectoryEntry[]> {
    await checked(path);
    yield* inner.list(path);
  }
  let background: FileSystem | undefined; // One, as what is known of directories is kept for each.
  return {
    isFree: (directory) => platform !== 'win32' && seen.isFresh(directory),
    create: on((path, mode) => inner.create(path, mode)),
    read: on((path, maxBytes) => inner.read(path, maxBytes)),
    rename: (from, to) =>
      isSafeIn(from) && isSafeIn(to)
        ? inner.rename(from, to)
        : checked(parentOf(from))
            .then(() => checked(parentOf(to)))
            .then(() => inner.rename(from, to)),
    remove: on((path) => inner.remove(path)),
    createDirectory: on((path, mode) => inner.createDirectory(path, mode)),
    removeDirectory: on((path) => inner.removeDirectory(path)),
    list: (path) => (isSafe(path) ? inner.list(path) : listChecked(path)),
    ...(inner.names === undefined ? {} : { names }),
    status: on(look),
    ...(inner.find === undefined
      ? {}
      : { find: on(platform === 'win32' ? (path) => retryWhileBusy(() => find(path), patience) : find) }),
    touch: on((path, modified_ms) => inner.touch(path, modified_ms)),
    syncDirectory: (path) =>
      isSafe(path) ? inner.syncDirectory(path) : checked(path).then(() => inner.syncDirectory(path)),
    watch: (path, changed, failed) => inner.watch(path, changed, failed),
    holdExclusively: on((path) => inner.holdExclusively(path)),
    ...(inner.changeMode === undefined
      ? {}
      : { changeMode: on((path, mode: number) => inner.changeMode?.(path, mode)) }),
    space: (path) => inner.space(path),
    ...(inBackground(inner) === inner
      ? {}
      : {
          inBackground: () => (background ??= guardedFileSystem(inBackground(inner), root, clock, platform)),
        }),
  };
}

function isBelow(path: string, root: string): boolean {
  return root === '.'
    ? !isAbsolute(path) && path !== '.' && !path.startsWith('..')
    : path.startsWith(root + sep);
}

/** As node's `dirname`, of a path of the layout: those are made of plain names, put behind each other. */
function parentOf(path: string): string {
  const end = path.lastIndexOf(sep);
  return end > 0 && end < path.length - 1 ? path.slice(0, end) : dirname(path);
}

/** What has a directory's place and must be called so here. What is not there, or no directory, POSIX lets the call itself say. */
async function inTheWay(
  look: (path: string) => Awaitable<FileStatus>,
  directory: string,
  platform: NodeJS.Platform,
): Promise<'a link' | 'a file' | null> {
  try {
    const { kind } = await look(directory);
    if (kind === 'link') return 'a link';
    return kind !== 'directory' && platform === 'win32' ? 'a file' : null;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return null;
    throw error;
  }
}

function notDirectory(what: 'a link' | 'a file', path: string): Error {
  const message = `ENOTDIR: ${what} is in the place of a directory, '${path}'`;
  return Object.assign(new Error(message), { code: 'ENOTDIR', path });
}
