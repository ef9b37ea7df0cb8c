/**
 * A value, or a promise of it. Metadata calls on a local disk take microseconds and are made synchronously;
 * flushes take milliseconds and are awaited. Callers await whatever is a promise, so a simulated file
 * system may suspend at any call.
 */
export type Awaitable<T> = T | Promise<T>;

/** What a directory entry is. Links are reported as `link`, never followed. */
export type EntryKind = 'file' | 'directory' | 'link' | 'other';

/** One name found in a directory. */
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: EntryKind;
}

/** What `status` tells of a path; a link is described itself, not what it points to. */
export interface FileStatus {
  readonly kind: EntryKind;
  /** Bytes. */
  readonly size: number;
  /** Modification time, milliseconds since 1970 by the file system's clock; may have a fraction. */
  readonly modified_ms: number;
  /**
   * When anything of it was changed last, its name too where the file system counts that (ext4, XFS, btrfs, tmpfs and NTFS do), in
   * milliseconds since 1970. For people; left out by a port that does not know.
   */
  readonly changed_ms?: number | undefined;
  /** Permission bits, e.g. 0o600; on Windows what node makes of the attributes. */
  readonly mode: number;
  /**
   * Tells what stands at the path from whatever stood there before or comes after; no two of one file system have the same at
   * different times. Left out where that cannot be told: then nothing is remembered of it.
   */
  readonly identity?: string | undefined;
}

/** An open file that is being written. Only its creator has it; it is never shared. */
export interface WritableFile {
  /**
   * Writes a part of `bytes` from `offset` on and returns how many bytes were taken, which may be fewer than
   * asked (a short write); the caller loops.
   */
  write(bytes: Uint8Array, offset: number): Awaitable<number>;
  /**
   * Asks the file system to make the content durable (fsync). A failure is final for this file. Returns false where there is
   * nothing that outlives the computer's power: a file system in memory.
   */
  sync(): Awaitable<boolean | void>;
  /** Closes it. Called one time only. */
  close(): Awaitable<void>;
}

/** Stops watching; safe to call more than once. */
export type StopWatching = () => void;

/** A file held open so that nobody else can open it: how a living process is recognised on Windows. */
export interface ExclusiveFile {
  close(): Awaitable<void>;
}

/** What `space` tells of the file system that holds a path. */
export interface FileSystemSpace {
  /** Bytes an unprivileged process may still write. */
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Free inodes; null where the file system has no such number. */
  readonly freeInodes: number | null;
  /** The system's number for this kind of file system (`f_type` of statfs(2)); absent where it tells none. */
  readonly typeId?: number;
}

/**
 * Every call that this project makes of a file system: the port that node, a faulty disk and a simulated one
 * all implement. Failures are errors with node's `code` (`ENOENT`, `ENOSPC`, ...). No call retries, follows a
 * link in its last component, or needs hard links.
 */
export interface FileSystem {
  /**
   * Creates a file that must not exist (`EEXIST` otherwise) and opens it for writing. It gets this very `mode`, whatever
   * the process's umask is: who asks for a group to have access means it.
   */
  create(path: string, mode: number): Awaitable<WritableFile>;
  /**
   * Reads a regular file whole. Fails with `EFBIG` when it holds more than `maxBytes`, without reading it, and
   * with `EINVAL` when it is a directory, a link, a pipe, a socket or a device.
   */
  read(path: string, maxBytes: number): Awaitable<Uint8Array>;
  /** Renames within one file system. Replaces an existing destination file where the platform does. */
  rename(from: string, to: string): Awaitable<void>;
  /** Removes a file or a link. */
  remove(path: string): Awaitable<void>;
  /**
   * Creates one directory, with this very `mode`, whatever the umask is; `EEXIST` when there is one, `ENOENT` when its
   * parent is missing.
   */
  createDirectory(path: string, mode: number): Awaitable<void>;
  /** Removes an empty directory; `ENOTEMPTY` otherwise. */
  removeDirectory(path: string): Awaitable<void>;
  /**
   * Lists a directory in batches, in no particular order, without `.` and `..`. Names that change while it
   * runs may be missed or repeated; names that stand still are reported, each one time.
   */
  list(path: string): AsyncIterable<readonly DirectoryEntry[]>;
  /**
   * All names in a directory in one answer, in no particular order: for directories that hold few, where opening, reading and
   * closing one by calls of their own costs most. As to names that change meanwhile, see `list`. Absent from a port that has only that.
   */
  names?(path: string): Awaitable<readonly string[]>;
  /** Describes a path without following a link. `ENOENT` when there is nothing. */
  status(path: string): Awaitable<FileStatus>;
  /**
   * As `status`, but null when there is nothing: most questions are answered so, and an error would be the dearest part of it.
   * Absent from a port that has only `status`.
   */
  find?(path: string): Awaitable<FileStatus | null>;
  /** Sets the modification time (and the access time) to `modified_ms`. */
  touch(path: string, modified_ms: number): Awaitable<void>;
  /**
   * Asks the file system to make a directory's entries durable. Returns false where the platform or the file
   * system has no such operation; throws when it has one and it failed.
   */
  syncDirectory(path: string): Awaitable<boolean>;
  /**
   * Calls `changed` when something in the directory may have changed: a hint, which can be lost; with the name that came or
   * went, where the platform tells. `failed` is called once when watching ends by itself. Throws where a directory cannot be
   * watched.
   */
  watch(path: string, changed: (name?: string) => void, failed: (error: Error) => void): StopWatching;
  /**
   * Opens a file so that no other process can open it until it is closed or its process ends; null where the
   * platform has no such mode (everywhere but Windows). Fails with `EBUSY` while someone else holds it.
   */
  holdExclusively(path: string): Awaitable<ExclusiveFile | null>;
  /**
   * Gives a regular file or a directory these permission bits; a link is refused (`ELOOP`). Absent from a port that cannot.
   * Fails where it may not be read (`EACCES`), is another user's (`EPERM`), or has no such bits: open(2), fchmod(2).
   */
  changeMode?(path: string, mode: number): Awaitable<void>;
  /** How much room the file system has. */
  space(path: string): Awaitable<FileSystemSpace>;
  /**
   * The same port for work that goes on beside other work: `list`, `remove`, `touch` and `createDirectory` cost more there, and do not hold up the rest of
   * the process where the file system makes one wait, as a full journal does for up to some hundred milliseconds. Absent from a
   * port that has only one way.
   */
  inBackground?(): FileSystem;
}
