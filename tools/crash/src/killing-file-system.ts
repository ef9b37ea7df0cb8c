import { join, relative } from 'node:path';
import {
  nodeFileSystem,
  type Awaitable,
  type DirectoryEntry,
  type ExclusiveFile,
  type FileStatus,
  type FileSystem,
  type FileSystemSpace,
  type StopWatching,
  type WritableFile,
} from '@tapps-agents/fs-atomic';
import { tell } from './story.ts';

/** `torn`: half of the bytes of a write arrive. */
export type Moment = 'before' | 'after' | 'torn';

/** When a process dies: at the n-th call after `begin`. */
export interface Death {
  readonly call: number;
  readonly moment: Moment;
}

/**
 * The computer's own file system, on which the process kills itself at one call: SIGKILL, right before the call, right after
 * it (done, but its answer never seen), or in the middle of a write. Calls are made one at a time, so that a run repeats
 * the calls of the run before; without `begin`, none is counted.
 */
export class KillingFileSystem implements FileSystem {
  readonly #root: string;
  readonly #story: string;
  readonly #death: Death | null;
  readonly #inner = nodeFileSystem();
  /** What this process made, in that order. */
  readonly #made: string[] = [];
  #calls = 0;
  #counts = false;
  #lastCall: Promise<unknown> = Promise.resolve();

  constructor(root: string, story: string, death: Death | null) {
    this.#root = root;
    this.#story = story;
    this.#death = death;
  }

  /** From now on calls are counted. */
  begin(): void {
    this.#counts = true;
  }

  async create(path: string, mode: number): Promise<WritableFile> {
    this.#made.push(path);
    const file = await this.#do('create', path, () => this.#inner.create(path, mode));
    return {
      write: (bytes, offset) =>
        this.#do(
          'write',
          path,
          () => file.write(bytes, offset),
          () => file.write(bytes.subarray(0, offset + Math.floor((bytes.length - offset) / 2)), offset),
        ),
      sync: () => this.#do('sync', path, () => file.sync()),
      close: () => this.#do('close', path, () => file.close()),
    };
  }

  read(path: string, maxBytes: number): Promise<Uint8Array> {
    return this.#do('read', path, () => this.#inner.read(path, maxBytes));
  }

  async rename(from: string, to: string): Promise<void> {
    this.#made.push(to);
    await this.#do('rename', from, () => this.#inner.rename(from, to), undefined, to);
  }

  async remove(path: string): Promise<void> {
    await this.#do('remove', path, () => this.#inner.remove(path));
  }

  async createDirectory(path: string, mode: number): Promise<void> {
    await this.#do('createDirectory', path, () => this.#inner.createDirectory(path, mode));
  }

  async removeDirectory(path: string): Promise<void> {
    await this.#do('removeDirectory', path, () => this.#inner.removeDirectory(path));
  }

  async *list(path: string): AsyncGenerator<readonly DirectoryEntry[]> {
    // Whole and in order, so that every run sees the same: what has a random name comes last, in the order of its making.
    const found = await this.#do('list', path, async () => {
      const entries: DirectoryEntry[] = [];
      for await (const batch of this.#inner.list(path)) entries.push(...batch);
      return entries;
    });
    const rank = ({ name }: DirectoryEntry): number => this.#made.indexOf(join(path, name));
    yield found.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  }

  status(path: string): Promise<FileStatus> {
    return this.#do('status', path, () => this.#inner.status(path));
  }

  async touch(path: string, modified_ms: number): Promise<void> {
    await this.#do('touch', path, () => this.#inner.touch(path, modified_ms));
  }

  syncDirectory(path: string): Promise<boolean> {
    return this.#do('syncDirectory', path, () => this.#inner.syncDirectory(path));
  }

  /** Hints are left out: when they come is nobody's to say, and they may be lost anyway. */
  watch(path: string, _changed: () => void, failed: (error: Error) => void): StopWatching {
    const call = this.#count('watch', path, undefined);
    if (this.#isDue(call, 'before')) die();
    const stop = this.#inner.watch(path, () => undefined, failed);
    if (this.#isDue(call, 'after')) die();
    return stop;
  }

  async holdExclusively(path: string): Promise<ExclusiveFile | null> {
    const file = await this.#do('holdExclusively', path, () => this.#inner.holdExclusively(path));
    return file === null ? null : { close: () => this.#do('release', path, () => file.close()) };
  }

  space(path: string): Promise<FileSystemSpace> {
    return this.#do('space', path, () => this.#inner.space(path));
  }

  async #do<T>(
    verb: string,
    path: string,
    run: () => Awaitable<T>,
    half?: () => Awaitable<unknown>,
    to?: string,
  ): Promise<T> {
    const answer = this.#lastCall.then(async () => {
      const call = this.#count(verb, path, to);
      if (this.#isDue(call, 'before')) die();
      if (this.#isDue(call, 'torn')) {
        await half?.();
        die();
      }
      try {
        return await run();
      } finally {
        if (this.#isDue(call, 'after')) die();
      }
    });
    this.#lastCall = answer.catch(() => undefined); // It is for its caller.
    return answer;
  }

  /** The number of this call; null while none is counted. */
  #count(verb: string, path: string, to: string | undefined): number | null {
    if (!this.#counts) return null;
    this.#calls += 1;
    const below = relative(this.#root, path);
    tell(this.#story, {
      call: this.#calls,
      verb,
      path: below,
      ...(to === undefined ? {} : { to: relative(this.#root, to) }),
    });
    return this.#calls;
  }

  #isDue(call: number | null, moment: Moment): boolean {
    return call !== null && this.#death?.call === call && this.#death.moment === moment;
  }
}

/** Ends this process at once: no handler, no finally, no flush of anything runs after it. */
function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment to arrive, and nothing may happen in it.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
}
