import { join } from 'node:path';
import {
  fileSystemTime_ms,
  inBackground,
  removeEmptyDirectory,
  systemErrorCode,
  type MutexHold,
} from '@tapps-agents/fs-atomic';
import { Breather } from '../../breather.ts';
import { isDiskFull } from '../../file-system-fault.ts';
import { UnreadableParts } from '../../unreadable.ts';
import type { FileTotals, RetainOptions, RetentionClass, RetentionReport } from '../../retention-report.ts';
import { directoryNames, listDirectory, removeOneOfMany, statusOf, writing, type Disk } from '../disk.ts';

/** Longest stretch of work between two turns of the event loop, in milliseconds. */
const SLICE_MS = 5;
/** So many steps, or a slice, are done between two looks at whether the mutex is still ours. */
const STEPS_PER_LOOK = 100;

/** A report while it is being counted. */
export type Totals = {
  -readonly [Key in Exclude<keyof RetentionReport, 'classes' | 'failed' | 'failures'>]: RetentionReport[Key];
} & {
  readonly classes: Record<RetentionClass, { -readonly [Key in keyof FileTotals]: FileTotals[Key] }>;
};

/** What one file of a class adds to; null: to nothing but the files of its class. */
type Counter = Exclude<keyof Totals, 'bytes' | 'directories' | 'classes'> | null;

/** Everything that retention tells apart. */
export const RETENTION_CLASSES: readonly RetentionClass[] = [
  'processed',
  'dead',
  'journals',
  'temporary',
  'owners',
  'records',
];

/** Nothing of any class. */
export function noFiles(): Totals['classes'] {
  return {
    processed: { files: 0, bytes: 0 },
    dead: { files: 0, bytes: 0 },
    journals: { files: 0, bytes: 0 },
    temporary: { files: 0, bytes: 0 },
    owners: { files: 0, bytes: 0 },
    records: { files: 0, bytes: 0 },
  };
}

/** For real, while the mutex is held; or, without one, only to count what would be removed. */
export interface RemovalOptions {
  readonly hold: Pick<MutexHold, 'ensureHeld'> | null;
  readonly signal: AbortSignal | undefined;
  readonly onFile?: RetainOptions['onFile'];
}

/**
 * The hand of retention: looks, removes and counts, a little at a time.
 *
 * It lets go as soon as others have taken over; and what it saw of a file before it was stopped is not what it goes by, as
 * each file's time is looked at right before the file is removed.
 */
export class Removal {
  /** What it lists and removes holds up nothing else of this process. */
  readonly disk: Disk;
  readonly dryRun: boolean;
  readonly signal: AbortSignal | undefined;
  /** When this run began. */
  readonly now_ms: number;
  readonly totals: Totals = {
    processed: 0,
    dead: 0,
    journals: 0,
    temporary: 0,
    owners: 0,
    records: 0,
    directories: 0,
    bytes: 0,
    classes: noFiles(),
  };
  readonly #failures: UnreadableParts;
  #failed = 0;
  /** What ended the run: no mutex, or no way to tell. */
  #ended = false;
  readonly #onFile: RetainOptions['onFile'];
  readonly #hold: RemovalOptions['hold'];
  readonly #breather: Breather;
  #fileSystemNow_ms: number | undefined;
  #looked: { steps: number; at_ms: number };

  constructor(disk: Disk, options: RemovalOptions) {
    this.disk = { ...disk, fileSystem: inBackground(disk.fileSystem), within: undefined };
    this.#failures = new UnreadableParts(disk.layout.root);
    this.dryRun = options.hold === null;
    this.#hold = options.hold;
    this.#onFile = options.onFile;
    this.signal = options.signal;
    this.now_ms = disk.clock.now();
    this.#breather = new Breather(disk.clock, SLICE_MS);
    this.#looked = { steps: 0, at_ms: disk.clock.monotonic() };
  }

  /** What was counted until now. */
  report(): RetentionReport {
    return { ...this.totals, failed: this.#failed, failures: this.#failures.list() };
  }

  /**
   * What the work on one thing returns; null where it failed, which is reported and stops no other thing. Being called off, losing
   * the mutex and faults in the program end the run.
   */
  async attempt<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      this.signal?.throwIfAborted();
      if (this.#ended || systemErrorCode(error) === undefined) throw error;
      this.fail(error);
      return null;
    }
  }

  /** Something could not be looked at, or removed. */
  fail(error: unknown): void {
    this.#failed += 1;
    this.#failures.add(error);
  }

  /** The names of the directories in a directory; none where it cannot be listed, which is reported. */
  async directoryNames(path: string): Promise<readonly string[]> {
    return (await this.attempt(() => directoryNames(this.disk, path))) ?? [];
  }

  /** The same one after the other, as they are listed: of a million no set is made. A listing that fails is thrown. */
  async *directories(path: string): AsyncGenerator<string> {
    for await (const batch of listDirectory(this.disk, path, 'empty')) {
      for (const { name, kind } of batch) if (kind === 'directory') yield name;
      await this.breathe();
    }
  }

  /** Removes the files of a directory while it is listed: one of a million takes no more memory than a small one. */
  async removeFiles(
    directory: string,
    what: RetentionClass,
    counter: Counter,
    isSurplus: (modified_ms: number) => boolean,
  ): Promise<{ readonly found: number; readonly removed: number }> {
    let [found, removed] = [0, 0];
    for await (const batch of listDirectory(this.disk, directory, 'empty')) {
      for (const { name, kind } of batch) {
        if (kind !== 'file') continue;
        found += 1;
        const path = join(directory, name);
        if ((await this.attempt(() => this.remove(path, what, counter, isSurplus))) === true) removed += 1;
      }
    }
    return { found, removed };
  }

  /**
   * Removes a file unless its time, looked at right before, says otherwise. One after the other: while one waits for the disk's journal,
   * whoever looks into its directory would have to wait with it.
   */
  async remove(
    path: string,
    what: RetentionClass,
    counter: Counter,
    isSurplus: (modified_ms: number) => boolean = () => true,
  ): Promise<boolean> {
    const status = await this.#status(path);
    if (status === null || !isSurplus(status.modified_ms)) return false;
    if (this.dryRun || (await removeOneOfMany(this.disk, path))) {
      if (counter !== null) this.totals[counter] += 1;
      this.count(what, status.size);
    }
    return true;
  }

  /** Counts a file that was removed, or would be. */
  count(what: RetentionClass, bytes: number): void {
    this.totals.bytes += bytes;
    this.totals.classes[what].files += 1;
    this.totals.classes[what].bytes += bytes;
    this.#onFile?.(what, bytes);
  }

  /** How many bytes a file has; 0 where it is gone. */
  async size(path: string): Promise<number> {
    return (await this.#status(path))?.size ?? 0;
  }

  async removeDirectory(path: string): Promise<boolean> {
    if (this.dryRun || !(await removeEmptyDirectory(path, writing(this.disk, 'none')))) return false;
    this.totals.directories += 1;
    return true;
  }

  async fileNames(directory: string): Promise<Set<string>> {
    const names = new Set<string>();
    for await (const batch of listDirectory(this.disk, directory, 'empty')) {
      for (const { name, kind } of batch) if (kind === 'file') names.add(name);
      await this.breathe();
    }
    return names;
  }

  async age(path: string): Promise<number> {
    const status = await this.#status(path);
    return status === null ? 0 : this.now_ms - status.modified_ms;
  }

  /**
   * As `age`, but by the file system's own clock, which is asked once: what is younger only looks younger still. In a dry run,
   * which makes no file, it is the same as `age`; where there is no room for one, nothing is old.
   */
  async trueAge(path: string): Promise<number> {
    if (this.dryRun) return await this.age(path);
    this.#fileSystemNow_ms ??= (await this.#fileSystemTime()) ?? Number.NEGATIVE_INFINITY;
    const status = await this.#status(path);
    return status === null ? 0 : this.#fileSystemNow_ms - status.modified_ms;
  }

  async #fileSystemTime(): Promise<number | null> {
    try {
      return await fileSystemTime_ms(this.disk.layout.temporary, writing(this.disk, 'none'));
    } catch (error) {
      if (isDiskFull(error)) return null;
      throw error;
    }
  }

  async #status(path: string): Promise<{ readonly modified_ms: number; readonly size: number } | null> {
    await this.breathe();
    return statusOf(this.disk, path);
  }

  /** Between steps of long work: lets the event loop turn every few milliseconds, and stops when called off, or overtaken. */
  async breathe(): Promise<void> {
    this.signal?.throwIfAborted();
    await this.#breather.breathe();
    this.#looked.steps += 1;
    const { clock } = this.disk;
    if (this.#looked.steps < STEPS_PER_LOOK && clock.monotonic() - this.#looked.at_ms < SLICE_MS) return;
    this.#looked = { steps: 0, at_ms: clock.monotonic() };
    try {
      await this.#hold?.ensureHeld();
    } catch (error) {
      this.#ended = true;
      throw error;
    }
  }
}
