import type { EntryKind, FileStatus } from '@tapps-agents/fs-atomic';
import { Inode } from './inode.ts';
import { systemError } from './system-error.ts';

const namesByDirectory = new Map<string, readonly string[]>();

/** Taken apart once: files have ever new names, and their directories are always the same few. */
function namesOf(directory: string): readonly string[] {
  let names = namesByDirectory.get(directory);
  if (names === undefined) {
    names = directory.split('/').filter((name) => name !== '' && name !== '.');
    if (namesByDirectory.size > 10_000) namesByDirectory.clear();
    namesByDirectory.set(directory, names);
  }
  return names;
}

/**
 * A file system in memory with the semantics of POSIX, and a memory of what is durable. Every operation here is atomic;
 * what happens between two of them is the scheduler's business, and what a crash leaves is decided in `power-loss.ts`.
 *
 * The model, in one place:
 *
 * - The content of a file is durable after a flush of the file that succeeded, and not before.
 * - A name is durable after a flush of its directory. Until then a crash leaves each inode at any of the places it has
 *   been since (a creation, a removal and each rename are such steps), independently of every other inode, the
 *   directories included.
 * - A rename is atomic with respect to a crash: the old name or the new one, never both and never neither. This is more
 *   than POSIX says, and what journaling file systems do (Pillai et al., "All File Systems Are Not Created Equal", OSDI
 *   2014, table 1). A flush of either directory settles it.
 * - Without a journal (ext2, FAT) the two names of a renamed file are two entries, each durable with its own directory, and
 *   a crash may leave the file under both or under neither: `split-renames.ts`.
 */
export class SimulatedDisk {
  readonly root = new Inode(0, 'directory', 0o755, 0);
  /** Milliseconds to which modification times are cut. */
  readonly granularity_ms: number;
  /** Tells of a change of a directory's names. */
  onChange: ((directory: Inode) => void) | undefined;
  #inodes = new Set<Inode>();
  #nextId = 1;
  #sequence = 0;

  constructor(granularity_ms = 1) {
    this.granularity_ms = granularity_ms;
  }

  /** Every inode that has a name, or may have one again after a crash. */
  get inodes(): ReadonlySet<Inode> {
    return this.#inodes;
  }

  /** The inode at a path; undefined when there is none. */
  find(path: string): Inode | undefined {
    const slash = path.lastIndexOf('/');
    let directory = this.root;
    for (const name of namesOf(path.slice(0, slash))) {
      const next = directory.entries.get(name);
      if (next === undefined || next.kind !== 'directory') return undefined;
      directory = next;
    }
    const last = path.slice(slash + 1);
    return last === '' || last === '.' ? directory : directory.entries.get(last);
  }

  /** The inode at a path; throws `ENOENT`. */
  get(path: string, verb: string): Inode {
    const inode = this.find(path);
    if (inode === undefined) throw systemError('ENOENT', verb, path);
    return inode;
  }

  /** A new, empty file or directory. */
  make(path: string, kind: EntryKind, mode: number, now_ms: number): Inode {
    const verb = kind === 'directory' ? 'mkdir' : 'open';
    const { directory, name } = this.#parent(path, verb);
    if (directory.entries.has(name)) throw systemError('EEXIST', verb, path);
    const inode = new Inode(this.#nextId, kind, mode, this.#time(now_ms));
    this.#nextId += 1;
    this.#inodes.add(inode);
    this.#put(inode, directory, name, now_ms);
    return inode;
  }

  rename(from: string, to: string, now_ms: number): void {
    const inode = this.get(from, 'rename');
    const target = this.#parent(to, 'rename');
    const source = inode.place;
    if (source === null) throw systemError('EBUSY', 'rename', from);
    const existing = target.directory.entries.get(target.name);
    if (existing === inode) return;
    if (existing !== undefined) {
      if (existing.kind === 'directory') {
        if (inode.kind !== 'directory') throw systemError('EISDIR', 'rename', to);
        if (existing.entries.size > 0) throw systemError('ENOTEMPTY', 'rename', to);
      } else if (inode.kind === 'directory') throw systemError('ENOTDIR', 'rename', to);
    }
    this.#sequence += 1;
    existing?.move(null, this.#sequence, inode);
    source.directory.entries.delete(source.name);
    this.#touched(source.directory, now_ms);
    this.#put(inode, target.directory, target.name, now_ms);
  }

  /** Takes the name away; the inode stays as long as somebody has it open. */
  remove(path: string, now_ms: number): void {
    const inode = this.get(path, 'unlink');
    if (inode.kind === 'directory') throw systemError('EISDIR', 'unlink', path);
    this.unlink(inode, now_ms);
  }

  removeDirectory(path: string, now_ms: number): void {
    const inode = this.get(path, 'rmdir');
    if (inode.kind !== 'directory') throw systemError('ENOTDIR', 'rmdir', path);
    if (inode.entries.size > 0) throw systemError('ENOTEMPTY', 'rmdir', path);
    this.unlink(inode, now_ms);
  }

  /** Takes an inode's name away, wherever it has got to. */
  unlink(inode: Inode, now_ms: number): void {
    const { place } = inode;
    if (place === null) return;
    this.#sequence += 1;
    place.directory.entries.delete(place.name);
    inode.move(null, this.#sequence);
    this.#touched(place.directory, now_ms);
  }

  status(path: string): FileStatus {
    const inode = this.get(path, 'lstat');
    return {
      kind: inode.kind,
      size: inode.data.byteLength,
      modified_ms: inode.modified_ms,
      mode: inode.mode,
      identity: String(inode.id),
    };
  }

  touch(path: string, modified_ms: number): void {
    this.get(path, 'utime').modified_ms = this.#time(modified_ms);
  }

  append(inode: Inode, bytes: Uint8Array, now_ms: number): void {
    const data = new Uint8Array(inode.data.byteLength + bytes.byteLength);
    data.set(inode.data);
    data.set(bytes, inode.data.byteLength);
    inode.data = data;
    inode.modified_ms = this.#time(now_ms);
  }

  flushFile(inode: Inode): void {
    if (inode.flushFailed) return;
    inode.durableData = inode.data;
    inode.durableModified_ms = inode.modified_ms;
  }

  flushDirectory(path: string): void {
    const directory = this.get(path, 'fsync');
    if (directory.kind !== 'directory') throw systemError('ENOTDIR', 'fsync', path);
    directory.flushedAt = this.#sequence;
    for (const inode of directory.unsettled) {
      inode.settle(directory);
      if (isGoneForGood(inode)) this.#inodes.delete(inode);
    }
    directory.unsettled.clear();
  }

  /** The files below a directory, with their paths, in the order of their names. */
  *files(path: string): Generator<{ readonly path: string; readonly inode: Inode }> {
    const start = this.find(path);
    if (start === undefined) return;
    for (const [name, inode] of [...start.entries].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const below = path === '/' ? `/${name}` : `${path}/${name}`;
      if (inode.kind === 'directory') yield* this.files(below);
      else yield { path: below, inode };
    }
  }

  /** A further inode of the same content, as a crash makes of a file that it leaves under two names. */
  copyOf(original: Inode): Inode {
    const copy = new Inode(this.#nextId, original.kind, original.mode, original.modified_ms);
    this.#nextId += 1;
    return copy;
  }

  /** Begins anew with what a crash has left; all of it is durable then. */
  restart(survivors: Iterable<Inode>): void {
    this.#inodes = new Set(survivors);
    this.#sequence = 0;
  }

  #put(inode: Inode, directory: Inode, name: string, now_ms: number): void {
    this.#sequence += 1;
    inode.move({ directory, name }, this.#sequence);
    directory.entries.set(name, inode);
    this.#touched(directory, now_ms);
  }

  #touched(directory: Inode, now_ms: number): void {
    directory.modified_ms = this.#time(now_ms);
    this.onChange?.(directory);
  }

  #parent(path: string, verb: string): { directory: Inode; name: string } {
    const slash = path.lastIndexOf('/');
    const directory = this.get(path.slice(0, slash), verb);
    if (directory.kind !== 'directory') throw systemError('ENOTDIR', verb, path);
    return { directory, name: path.slice(slash + 1) };
  }

  #time(time_ms: number): number {
    return Math.floor(time_ms / this.granularity_ms) * this.granularity_ms;
  }
}

/** It has no name any more, and none of those that it had can come back. */
function isGoneForGood(inode: Inode): boolean {
  if (inode.place !== null || inode.floor < inode.steps.length - 1) return false;
  const left = inode.steps.at(-1)?.sequence ?? 0;
  return inode.steps.every(({ place }) => place === null || place.directory.flushedAt >= left);
}
