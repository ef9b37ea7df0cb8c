import { FsAtomicError } from '@tapps-agents/fs-atomic';
import { QueueError } from '../errors.ts';
import { together } from '../failures-on-the-way.ts';
import { FailingNames } from './failing-names.ts';

/** So many failures in a row are not those of single files. */
const MAX_FAULTS = 8;
const MAX_KEPT = 100;

/**
 * Failures with single files while a box is worked through: one that cannot be read or moved now must not keep back those
 * behind it. They are kept, and thrown when there is nothing else left, so that none goes unsaid.
 */
export class Faults {
  /** Files that failed: they come last. */
  readonly failing = new FailingNames();
  #kept: unknown[] = [];
  #inARow = 0;

  /** What the work on a file returns; undefined where it failed and the next file may be tried. */
  async attempt<T>(fileName: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await work();
      this.succeeded(fileName);
      return result;
    } catch (error) {
      this.failed(fileName, error);
      return undefined;
    }
  }

  succeeded(fileName: string): void {
    this.#inARow = 0;
    this.failing.succeeded(fileName);
  }

  /** Keeps the error, or throws it where it is none of this file alone. */
  failed(fileName: string, error: unknown): void {
    this.#inARow += 1;
    const isNoFiles = isNoFilesFault(error);
    if (!isNoFiles) this.failing.failed(fileName);
    if (isNoFiles || this.#inARow >= MAX_FAULTS) {
      this.#kept = [];
      this.#inARow = 0;
      throw error;
    }
    if (this.#kept.length < MAX_KEPT) this.#kept.push(error);
  }

  /** Throws what was kept, if there is anything: several failures as one AggregateError. */
  throwKept(): void {
    const kept = this.#kept;
    this.#kept = [];
    this.#inARow = 0;
    if (kept.length === 1) throw kept[0];
    if (kept.length > 1)
      throw together(kept, `${kept.length} files could not be read or moved; they are tried again.`);
  }
}

/** The queue was closed, or the session ended: true for every file. */
function isNoFilesFault(error: unknown): boolean {
  return error instanceof QueueError || (error instanceof FsAtomicError && error.code === 'ERR_SESSION_LOST');
}
