import { setImmediate } from 'node:timers/promises';
import {
  FsAtomicError,
  publishFile,
  publishMany,
  type Durability,
  type FileToPublish,
  type PublishedFile,
} from '@tapps-agents/fs-atomic';
import { writing, type Disk } from './disk.ts';

/** So many are flushed together at most. */
const MAX_GROUP = 256;

interface Waiting {
  readonly file: FileToPublish;
  readonly resolve: (published: PublishedFile) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Publishes files that are to be durable, for callers that know nothing of each other: who comes in the same turn of the event
 * loop, and who comes while others are being flushed, go together, and share one flush of each directory. Nobody waits
 * for a timer: one caller alone is written at once.
 *
 * Each is told of its own file only. Where a group fails, each file that is not in place is tried once more, alone and as a new
 * file: what is wrong with one message stops no other. Nothing that failed to be flushed is flushed again.
 */
export class GroupCommit {
  readonly #disk: Disk;
  readonly #durability: Durability;
  #waiting: Waiting[] = [];
  #isRunning = false;

  constructor(disk: Disk, durability: Durability) {
    this.#disk = disk;
    this.#durability = durability;
  }

  /** As fs-atomic's `publishFile`. */
  publish(file: FileToPublish): Promise<PublishedFile> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ file, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    await setImmediate();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.slice(0, MAX_GROUP);
      this.#waiting = this.#waiting.slice(MAX_GROUP);
      await this.#publishGroup(group);
    }
    this.#isRunning = false;
  }

  /** Never rejects: each one's promise is settled. */
  async #publishGroup(group: readonly Waiting[]): Promise<void> {
    const [first] = group;
    if (group.length === 1 && first !== undefined) {
      await this.#publishAlone(first);
      return;
    }
    try {
      const files = group.map(({ file }) => file);
      const published = await publishMany(files, writing(this.#disk, this.#durability));
      for (const [index, { resolve, reject }] of group.entries()) {
        const one = published[index];
        if (one === undefined) reject(new Error('fs-atomic said nothing of a file.'));
        else resolve(one);
      }
    } catch (error) {
      const inPlace = new Set(error instanceof FsAtomicError ? error.published : []);
      for (const one of group) {
        if (inPlace.has(one.file.path)) one.reject(inDoubt(one.file.path, error));
        else await this.#publishAlone(one);
      }
    }
  }

  async #publishAlone({ file, resolve, reject }: Waiting): Promise<void> {
    try {
      resolve(await publishFile(file.path, file.bytes, writing(this.#disk, this.#durability)));
    } catch (error) {
      reject(error);
    }
  }
}

/** For one that has its name, while the flush of its directory failed or was never come to. */
function inDoubt(path: string, error: unknown): FsAtomicError {
  const { code, cause } = error instanceof FsAtomicError ? error : { code: 'ERR_IO' as const, cause: error };
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  return new FsAtomicError(
    code,
    `Could not publish ${path}: it is in place, but the disk did not confirm that this is durable${why}. Check the disk, then do the whole operation again.`,
    { path, cause, published: [path] },
  );
}
