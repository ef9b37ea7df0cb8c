import type {
  DirectoryEntry,
  ExclusiveFile,
  FileStatus,
  FileSystem,
  FileSystemSpace,
  StopWatching,
  WritableFile,
} from '@tapps-agents/fs-atomic';
import { DirectoryScan } from './directory-scan.ts';
import type { ErrorWeather, FallibleVerb } from './error-weather.ts';
import type { Inode } from './inode.ts';
import type { Machine } from './machine.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { systemError } from './system-error.ts';
import type { Takeovers } from './takeovers.ts';
import type { Watches } from './watches.ts';
import type { WindowsRules } from './windows-rules.ts';

/** What all file systems of one machine have in common. */
export interface FileSystemTraits {
  readonly weather: ErrorWeather;
  readonly watches: Watches;
  /** Null: POSIX. */
  readonly windows: WindowsRules | null;
  /** False: directories cannot be flushed, as on Windows shares. */
  readonly flushesDirectories: boolean;
  /** Told of whatever is done to the records of sessions, and of leases that go back. */
  readonly takeovers: Takeovers;
  /** Told of each rename that was done. */
  readonly renamed: (process: SimulatedProcess, to: string) => void;
}

/** The file system as one process sees it. The process waits at every call until the scheduler picks it. */
export class SimulatedFileSystem implements FileSystem {
  readonly #machine: Machine;
  readonly #process: SimulatedProcess;
  readonly #traits: FileSystemTraits;

  constructor(machine: Machine, process: SimulatedProcess, traits: FileSystemTraits) {
    this.#machine = machine;
    this.#process = process;
    this.#traits = traits;
  }

  async create(path: string, mode: number): Promise<WritableFile> {
    const inode = await this.#call('create', path, () => {
      this.#checkPending(path, 'open');
      const made = this.#disk.make(path, 'file', mode, this.#machine.wall_ms);
      this.#traits.takeovers.created(this.#process, path);
      return made;
    });
    inode.openCount += 1;
    const release = this.#whenClosed(inode);
    return {
      write: (bytes, offset) =>
        this.#call('write', path, () => {
          const taken = this.#traits.weather.taken(bytes.byteLength - offset);
          this.#disk.append(inode, bytes.subarray(offset, offset + taken), this.#machine.wall_ms);
          return taken;
        }),
      sync: () =>
        this.#call(
          'sync',
          path,
          () => this.#disk.flushFile(inode),
          () => {
            // What a failed flush was to write is lost, although a second one would report success (fsync(2)).
            inode.flushFailed = true;
          },
        ),
      // A close that fails has closed the file all the same: close(2).
      close: () => this.#call('close', path, release, release),
    };
  }

  async read(path: string, maxBytes: number): Promise<Uint8Array> {
    const { windows } = this.#traits;
    const inode = await this.#call('read', path, () => {
      const found = this.#disk.get(path, 'open');
      if (found.kind !== 'file') throw systemError('EINVAL', 'read', path);
      windows?.check(found, 'open', 'open', path, this.#machine.now_ms);
      if (windows !== null) found.openCount += 1;
      return found;
    });
    // Elsewhere, a reader is in nobody's way.
    if (windows !== null)
      await this.#machine.perform(this.#process, `read on ${path}`, this.#whenClosed(inode));
    if (inode.data.byteLength > maxBytes) throw systemError('EFBIG', 'read', path);
    return inode.data.slice();
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call('rename', `${from} -> ${to}`, () => {
      const { windows } = this.#traits;
      if (windows !== null) {
        const { now_ms } = this.#machine;
        windows.check(this.#disk.get(from, 'rename'), 'move', 'rename', from, now_ms);
        const existing = this.#disk.find(to);
        if (existing !== undefined) windows.check(existing, 'replace', 'rename', to, now_ms);
      }
      this.#traits.takeovers.renaming(this.#process, from, to);
      this.#disk.rename(from, to, this.#machine.wall_ms);
      this.#traits.renamed(this.#process, to);
    });
  }

  remove(path: string): Promise<void> {
    return this.#call('remove', path, () => {
      const { windows } = this.#traits;
      const inode = this.#disk.get(path, 'unlink');
      windows?.check(inode, 'remove', 'unlink', path, this.#machine.now_ms);
      if (windows !== null && inode.openCount > 0) inode.deletePending = true;
      else this.#disk.remove(path, this.#machine.wall_ms);
    });
  }

  createDirectory(path: string, mode: number): Promise<void> {
    return this.#call('createDirectory', path, () => {
      this.#disk.make(path, 'directory', mode, this.#machine.wall_ms);
    });
  }

  removeDirectory(path: string): Promise<void> {
    return this.#call('removeDirectory', path, () => this.#disk.removeDirectory(path, this.#machine.wall_ms));
  }

  async *list(path: string): AsyncGenerator<readonly DirectoryEntry[]> {
    const scan = await this.#call('list', path, () => {
      const directory = this.#disk.get(path, 'opendir');
      if (directory.kind !== 'directory') throw systemError('ENOTDIR', 'opendir', path);
      return new DirectoryScan(directory, this.#machine.random);
    });
    for (let part = scan.next(); part.length > 0;) {
      yield part;
      part = await this.#machine.perform(this.#process, `list on ${path}`, () => scan.next());
    }
  }

  /** More than one call of the system where names are many, so others come in between, as in `list`. */
  async names(path: string): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const part of this.list(path)) for (const { name } of part) names.push(name);
    return names;
  }

  status(path: string): Promise<FileStatus> {
    return this.#call('status', path, () => {
      this.#look(path);
      return this.#disk.status(path);
    });
  }

  /** To the system, the same call. */
  find(path: string): Promise<FileStatus | null> {
    return this.#call('status', path, () => {
      this.#look(path);
      return this.#disk.find(path) === undefined ? null : this.#disk.status(path);
    });
  }

  #look(path: string): void {
    this.#checkPending(path, 'lstat');
    this.#traits.takeovers.looked(this.#process, path);
  }

  touch(path: string, modified_ms: number): Promise<void> {
    return this.#call('touch', path, () => {
      this.#checkPending(path, 'utime');
      const before_ms = this.#disk.find(path)?.modified_ms;
      this.#disk.touch(path, modified_ms);
      if (this.#disk.find(path)?.modified_ms !== before_ms) this.#traits.takeovers.changed(path);
    });
  }

  syncDirectory(path: string): Promise<boolean> {
    return this.#call('syncDirectory', path, () => {
      if (!this.#traits.flushesDirectories) return false;
      this.#disk.flushDirectory(path);
      return true;
    });
  }

  watch(path: string, changed: () => void, failed: (error: Error) => void): StopWatching {
    return this.#traits.watches.add(this.#process, path, changed, failed);
  }

  async holdExclusively(path: string): Promise<ExclusiveFile | null> {
    const { windows } = this.#traits;
    if (windows === null) return null;
    const inode = await this.#call('holdExclusively', path, () => {
      const existing = this.#disk.find(path);
      if (existing !== undefined) {
        windows.check(existing, 'open', 'open', path, this.#machine.now_ms);
        if (existing.openCount > 0) throw systemError('EBUSY', 'open', path);
      }
      const held = existing ?? this.#disk.make(path, 'file', 0o600, this.#machine.wall_ms);
      held.heldExclusively = true;
      return held;
    });
    const release = (): void => {
      inode.heldExclusively = false;
      this.#process.onDeath.delete(release);
    };
    this.#process.onDeath.add(release);
    return { close: () => this.#call('close', path, release, release) };
  }

  space(path: string): Promise<FileSystemSpace> {
    return this.#machine.perform(this.#process, `space ${path}`, () => ({
      freeBytes: 2 ** 40,
      totalBytes: 2 ** 41,
      freeInodes: 2 ** 20,
    }));
  }

  /** Windows: what was removed and is still open cannot be opened any more, not even to look at it. */
  #checkPending(path: string, verb: string): void {
    if (this.#traits.windows !== null && this.#disk.find(path)?.deletePending === true)
      throw systemError('EPERM', verb, path);
  }

  get #disk(): Machine['disk'] {
    return this.#machine.disk;
  }

  /** One call: waits for its turn, then does it, or fails as the weather has it. `failed` is what failing does. */
  #call<T>(verb: FallibleVerb, path: string, run: () => T, failed?: () => void): Promise<T> {
    return this.#machine.perform(this.#process, `${verb} ${path}`, () => {
      const error = this.#traits.weather.strike(verb, this.#machine.steps);
      if (error === null) return this.#noted(run);
      this.#machine.trace.add(`  ${error.code} ${error.when}`);
      if (error.when === 'after') run();
      failed?.();
      throw systemError(error.code, verb, path);
    });
  }

  #noted<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (error instanceof Error && 'code' in error) this.#machine.trace.add(`  ${String(error.code)}`);
      throw error;
    }
  }

  /** What closes an inode that this process has open; the system does it where the process dies first. */
  #whenClosed(inode: Inode): () => void {
    const release = (): void => {
      this.#process.onDeath.delete(release);
      inode.openCount = Math.max(0, inode.openCount - 1);
      if (inode.deletePending && inode.openCount === 0) {
        inode.deletePending = false;
        const { place } = inode;
        if (place !== null) this.#disk.unlink(inode, this.#machine.wall_ms);
      }
    };
    this.#process.onDeath.add(release);
    return release;
  }
}
