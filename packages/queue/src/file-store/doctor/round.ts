import { join } from 'node:path';
import {
  FsAtomicError,
  systemErrorCode,
  type DirectoryEntry,
  type FileStatus,
  type OwnerObserver,
  type OwnerSession,
} from '@tapps-agents/fs-atomic';
import { Breather } from '../../breather.ts';
import type { Box, BoxKind } from '../../stored-message.ts';
import { agentOf } from '../agents.ts';
import { entryIdOf, type Disk } from '../disk.ts';
import { Tally } from './tally.ts';

/** Longest stretch of work between two turns of the event loop, in milliseconds. */
const SLICE_MS = 5;
const KINDS: readonly BoxKind[] = ['inbox', 'outbox'];

/** What a round of the doctor is made with. */
export interface RoundOptions {
  readonly disk: Disk;
  readonly observer: OwnerObserver;
  /** This process's own session, if it has one. */
  readonly own: OwnerSession | null;
  readonly mend: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * One look at everything: what the checks share. What cannot be looked at is a finding of its own and does not stop the
 * rest. Directories are gone through a batch at a time, so memory does not grow with their size.
 */
export class Round {
  readonly disk: Disk;
  readonly observer: OwnerObserver;
  readonly own: OwnerSession | null;
  readonly mend: boolean;
  readonly unreadable = new Tally();
  /** How far the file system's clock is ahead of ours; 0 as long as nobody has looked. */
  skew_ms = 0;
  files = 0;
  readonly signal: AbortSignal | undefined;
  readonly #breather: Breather;
  readonly #reported = new Set<string>();

  constructor({ disk, observer, own, mend, signal }: RoundOptions) {
    this.disk = disk;
    this.observer = observer;
    this.own = own;
    this.mend = mend;
    this.signal = signal;
    this.#breather = new Breather(disk.clock, SLICE_MS);
  }

  /** Lets the event loop turn, and stops when called off. */
  async breathe(): Promise<void> {
    this.signal?.throwIfAborted();
    await this.#breather.breathe();
  }

  /** How long ago a file was changed, by the clock that gave it its time. */
  age_ms({ modified_ms }: FileStatus): number {
    return this.disk.clock.now() + this.skew_ms - modified_ms;
  }

  /** A path below the root, with `/`, as evidence has it. */
  placeOf(path: string): string {
    return entryIdOf(this.disk.layout, path) || '.';
  }

  /** What is in a directory, name by name; nothing where it is missing, or cannot be read. */
  async *list(directory: string): AsyncGenerator<DirectoryEntry> {
    try {
      for await (const batch of this.disk.fileSystem.list(directory)) {
        for (const entry of batch) {
          await this.breathe();
          yield entry;
        }
      }
    } catch (error) {
      this.report(error, directory);
    }
  }

  /** What is at a path; null where there is nothing any more, or it cannot be looked at. */
  async status(path: string): Promise<FileStatus | null> {
    await this.breathe();
    return await this.attempt(path, async () => await this.disk.fileSystem.status(path));
  }

  /** Does something to a file; null where it is gone, or it failed, which then is reported. */
  async attempt<T>(path: string, action: () => Promise<T>): Promise<T | null> {
    try {
      return await action();
    } catch (error) {
      this.report(error, path);
      return null;
    }
  }

  /** The boxes that have a directory under these parents: `boxes`, `leaseBoxes` or `deadBoxes` of the layout. */
  async *boxes(parent: (kind: BoxKind) => string): AsyncGenerator<{ box: Box; directory: string }> {
    for (const kind of KINDS) {
      for await (const { name, kind: what } of this.list(parent(kind))) {
        if (what !== 'directory') continue;
        const directory = join(parent(kind), name);
        const agentId = await this.attempt(directory, () => agentOf(this.disk, name));
        if (agentId !== null) yield { box: { kind, agentId }, directory };
      }
    }
  }

  /** The same of something in a directory, under its own path where the error tells that. */
  reportIn(error: unknown, directory: string): void {
    this.report(error, (error instanceof FsAtomicError ? error.path : null) ?? directory);
  }

  /** What cannot be read is reported one time, whoever comes across it. */
  report(error: unknown, path: string): void {
    this.signal?.throwIfAborted();
    const code = systemErrorCode(error);
    if (code === 'ENOENT') return;
    if (code === undefined) throw error;
    const place = this.placeOf(path);
    if (this.#reported.size < 1_000) {
      if (this.#reported.has(place)) return;
      this.#reported.add(place);
    }
    this.unreadable.add(place, error instanceof Error ? error.message : code);
  }
}
