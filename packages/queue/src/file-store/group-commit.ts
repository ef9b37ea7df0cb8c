import { setImmediate } from 'node:timers/promises';
import {
  FsAtomicError,
  publishEach,
  publishFile,
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
 * Each is told of its own file only: what is wrong with one message stops no other. A file that did not get into place with its
 * group is tried once more, alone and as a new file. Nothing that failed to be flushed is flushed again.
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
    for (const one of await this.#publishTogether(group)) await this.#publishAlone(one);
  }

  /** Those that did not get into place; the others are told what became of theirs. */
  async #publishTogether(group: readonly Waiting[]): Promise<readonly Waiting[]> {
    const files = group.map(({ file }) => file);
    let results: readonly PromiseSettledResult<PublishedFile>[];
    try {
      results = await publishEach(files, writing(this.#disk, this.#durability));
    } catch {
      return group; // The arguments of one are wrong, and nothing was done: alone, each hears of its own.
    }
    return group.filter((one, index) => {
      const result = results[index];
      if (result?.status === 'fulfilled') one.resolve(result.value);
      else if (result !== undefined && isInPlace(result.reason)) one.reject(result.reason);
      else return true;
      return false;
    });
  }

  async #publishAlone({ file, resolve, reject }: Waiting): Promise<void> {
    try {
      resolve(await publishFile(file.path, file.bytes, writing(this.#disk, this.#durability)));
    } catch (error) {
      reject(error);
    }
  }
}

/** Then only its flush failed, which must not be done again. */
function isInPlace(reason: unknown): boolean {
  return reason instanceof FsAtomicError && reason.published.length > 0;
}
