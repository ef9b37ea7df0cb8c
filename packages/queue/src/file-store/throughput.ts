import { join } from 'node:path';
import type { FinishedLately } from '../store.ts';
import type { Box, BoxKind } from '../stored-message.ts';
import { agentOf } from './agents.ts';
import { directoryNames, listDirectory, statusOf, type Disk } from './disk.ts';
import { parseLedger } from './names.ts';

/** File times may be this coarse (FAT: 2 s), so a directory that changed within it counts as changed. */
const GRANULARITY_MS = 2_000;

/** How much is looked at before the count is given as a least one: about a fifth of a second on a local disk. */
export interface ThroughputLimits {
  /** Directories and files whose times are looked at. */
  readonly looks: number;
  /** Names that are listed. */
  readonly names: number;
}

const DEFAULT_LIMITS: ThroughputLimits = { looks: 20_000, names: 200_000 };

/**
 * Counts what was finished since a moment, by the times of ledger entries, which acknowledging stamps.
 *
 * A directory's modification time moves when a name is added to it, so a task's directory that has not changed since then
 * has nothing to count, and is not listed. What that leaves is bounded: where looking at all of it would take more than the
 * limits allow, the workflows that changed last come first and the count is marked as not complete.
 */
export async function finishedSince(
  disk: Disk,
  since_ms: number,
  limits: ThroughputLimits = DEFAULT_LIMITS,
): Promise<FinishedLately> {
  const count = new Count(disk, since_ms, limits);
  const boxes: { readonly box: Box; readonly finished: number }[] = [];
  let failed = false;
  for (const kind of ['inbox', 'outbox'] as const satisfies readonly BoxKind[]) {
    const parent = disk.layout.processedBoxes(kind);
    for (const segment of await directoryNames(disk, parent)) {
      try {
        const agentId = await agentOf(disk, segment);
        if (agentId === null) continue;
        const finished = await count.box(join(parent, segment));
        if (finished > 0) boxes.push({ box: { kind, agentId }, finished });
      } catch {
        failed = true; // The count is then a least one, and says so.
      }
    }
  }
  return { boxes, isComplete: !failed && !count.isSpent };
}

/** A count in progress, and what is left of its limits. */
class Count {
  readonly #disk: Disk;
  readonly #since_ms: number;
  #looks: number;
  #names: number;

  constructor(disk: Disk, since_ms: number, { looks, names }: ThroughputLimits) {
    this.#disk = disk;
    this.#since_ms = since_ms;
    this.#looks = looks;
    this.#names = names;
  }

  get isSpent(): boolean {
    return this.#looks <= 0 || this.#names <= 0;
  }

  async box(path: string): Promise<number> {
    let finished = 0;
    for (const workflow of await this.#lastChangedFirst(path)) {
      for await (const tasks of this.#paths(workflow, 'directory')) {
        for (const task of tasks) {
          if (this.isSpent) return finished;
          const modified_ms = await this.#look(task);
          if (modified_ms >= this.#since_ms - GRANULARITY_MS) finished += await this.#task(task);
        }
      }
    }
    return finished;
  }

  async #task(path: string): Promise<number> {
    let finished = 0;
    for await (const entries of this.#paths(path, 'file')) {
      for (const entry of entries) {
        if (this.isSpent) return finished;
        if ((await this.#look(entry)) >= this.#since_ms) finished += 1;
      }
    }
    return finished;
  }

  async #lastChangedFirst(path: string): Promise<readonly string[]> {
    const workflows: { readonly path: string; readonly modified_ms: number }[] = [];
    for await (const batch of this.#paths(path, 'directory')) {
      for (const workflow of batch) {
        if (this.isSpent) break;
        workflows.push({ path: workflow, modified_ms: await this.#look(workflow) });
      }
    }
    return workflows.toSorted((a, b) => b.modified_ms - a.modified_ms).map((workflow) => workflow.path);
  }

  /** Paths in a directory, a batch at a time, until the limit is reached. Of files only ledger entries, and no further copies. */
  async *#paths(path: string, kind: 'file' | 'directory'): AsyncGenerator<readonly string[]> {
    for await (const batch of listDirectory(this.#disk, path, 'empty')) {
      this.#names -= batch.length;
      yield batch
        .filter((entry) => entry.kind === kind && (kind === 'directory' || isFirstCopy(entry.name)))
        .map(({ name }) => join(path, name));
      if (this.isSpent) return;
    }
  }

  async #look(path: string): Promise<number> {
    this.#looks -= 1;
    return (await statusOf(this.#disk, path))?.modified_ms ?? Number.NEGATIVE_INFINITY;
  }
}

function isFirstCopy(fileName: string): boolean {
  return parseLedger(fileName)?.duplicate === false;
}
