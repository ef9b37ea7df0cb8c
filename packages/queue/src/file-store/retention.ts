import { join } from 'node:path';
import {
  FsAtomicError,
  removeEmptyDirectory,
  sweepTemporary,
  systemErrorCode,
  type OwnerObserver,
} from '@tapps-agents/fs-atomic';
import { Breather } from '../breather.ts';
import type { BoxKind, RetentionPolicy, RetentionReport } from '../store.ts';
import { directoryNames, listDirectory, removeIfPresent, statusOf, writing, type Disk } from './disk.ts';
import { parseLeased, parseReady, parseReason } from './names.ts';

const ENDED_MAX_AGE_MS = 24 * 3_600_000;
/** Longest stretch of work between two turns of the event loop, in milliseconds. */
const SLICE_MS = 5;
/** So many steps, or a slice, are done between two looks at whether the mutex is still ours. */
const STEPS_PER_LOOK = 100;
const KINDS: readonly BoxKind[] = ['inbox', 'outbox'];

type Totals = { -readonly [Key in keyof RetentionReport]: RetentionReport[Key] };

/**
 * Removes what is no longer kept. Works beside live agents; nothing it removes is anything they still need.
 *
 * One process at a time does it. A process that was stopped, and whose session, and with it the mutex, others have ended
 * meanwhile, notices before it removes anything more; and what it saw of a file before it was stopped is not what it
 * goes by, as each file's time is looked at right before the file is removed.
 */
export class Retention {
  readonly #disk: Disk;
  readonly #policy: RetentionPolicy;
  readonly #dryRun: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #now: number;
  readonly #totals: Totals = {
    processed: 0,
    dead: 0,
    journals: 0,
    temporary: 0,
    owners: 0,
    directories: 0,
    bytes: 0,
  };
  readonly #breather: Breather;
  #stillHeld: () => Promise<boolean> = () => Promise.resolve(true);
  #held: { steps: number; looked_ms: number };

  constructor(
    disk: Disk,
    policy: RetentionPolicy,
    options: { readonly dryRun: boolean; readonly signal?: AbortSignal },
  ) {
    this.#disk = disk;
    this.#policy = policy;
    this.#dryRun = options.dryRun;
    this.#signal = options.signal;
    this.#now = disk.clock.now();
    this.#breather = new Breather(disk.clock, SLICE_MS);
    this.#held = { steps: 0, looked_ms: disk.clock.monotonic() };
  }

  /**
   * Goes through everything one time. `own` is the session that holds the mutex, and nobody can have taken that over before
   * they ended the session; for a dry run, which needs no mutex, it may be null.
   *
   * @throws FsAtomicError `ERR_MUTEX_LOST` when the session was ended on the way; another process goes on then
   */
  async run(observer: OwnerObserver, own: string | null): Promise<RetentionReport> {
    if (!this.#dryRun) {
      this.#stillHeld = async () => own !== null && (await observer.observe(own)) !== 'absent';
    }
    for (const kind of KINDS) {
      const parent = this.#disk.layout.processedBoxes(kind);
      for (const segment of await directoryNames(this.#disk, parent))
        await this.#ledger(join(parent, segment));
      await this.#deadLetters(kind);
      await this.#journals(kind);
    }
    await this.#owners(observer, own);
    await this.#temporary();
    return this.#totals;
  }

  /** Ledger entries by age, then, if there are still too many, the oldest of the rest. */
  async #ledger(box: string): Promise<void> {
    const { processedMaxAge_ms: maxAge_ms, processedMaxCount: maxCount } = this.#policy;
    const oldest_ms = maxAge_ms === null ? Number.NEGATIVE_INFINITY : this.#now - maxAge_ms;
    const kept: number[] = [];
    await this.#walkLedger(box, (modified_ms) => {
      if (modified_ms < oldest_ms) return true;
      kept.push(modified_ms);
      return false;
    });
    if (maxCount === null || kept.length <= maxCount) return;
    const surplus = kept.length - maxCount;
    const threshold_ms = Float64Array.from(kept).sort()[surplus - 1] ?? 0;
    let left = surplus;
    await this.#walkLedger(box, (modified_ms) => {
      if (modified_ms < oldest_ms || modified_ms > threshold_ms || left === 0) return false;
      left -= 1;
      return true;
    });
  }

  async #walkLedger(box: string, isSurplus: (modified_ms: number) => boolean): Promise<void> {
    for (const workflow of await directoryNames(this.#disk, box)) {
      const workflowPath = join(box, workflow);
      let emptied = false;
      for (const task of await directoryNames(this.#disk, workflowPath)) {
        const removed = await this.#removeFiles(join(workflowPath, task), 'processed', isSurplus);
        if (removed > 0) emptied = (await this.#removeDirectory(join(workflowPath, task))) || emptied;
      }
      // A directory that was empty before may be one that somebody is just about to use.
      if (emptied) await this.#removeDirectory(workflowPath);
    }
  }

  /** Dead letters only by an age that somebody asked for; reasons whose message was never brought, after a while. */
  async #deadLetters(kind: BoxKind): Promise<void> {
    const parent = this.#disk.layout.deadBoxes(kind);
    for (const segment of await directoryNames(this.#disk, parent)) {
      const directory = join(parent, segment);
      const names = await this.#fileNames(directory);
      for (const name of names) {
        const message = parseReason(name);
        if (message === null) continue;
        const age_ms = await this.#age(join(directory, name));
        const orphaned = !names.has(message) && age_ms > this.#policy.temporaryMaxAge_ms;
        const expired = this.#policy.deadMaxAge_ms !== null && age_ms > this.#policy.deadMaxAge_ms;
        if (!orphaned && !expired) continue;
        if (names.has(message)) await this.#remove(join(directory, message), 'dead');
        await this.#remove(join(directory, name), null);
      }
    }
  }

  /** The memory of messages that are in no box any more, as old as the ledger gets. */
  async #journals(kind: BoxKind): Promise<void> {
    const maxAge_ms = this.#policy.processedMaxAge_ms;
    if (maxAge_ms === null) return;
    const parent = join(this.#disk.layout.journals(), kind);
    for (const segment of await directoryNames(this.#disk, parent)) {
      const directory = join(parent, segment);
      let pending: Set<string> | undefined;
      for (const id of await directoryNames(this.#disk, directory)) {
        if ((await this.#age(join(directory, id))) <= maxAge_ms) continue;
        pending ??= await this.#pendingIds(kind, segment);
        // Looked at again: the listings take time, and a message that came back since then writes here.
        if (pending.has(id) || (await this.#age(join(directory, id))) <= maxAge_ms) continue;
        await this.#removeFiles(join(directory, id), null, () => true);
        await this.#removeDirectory(join(directory, id));
        this.#totals.journals += 1;
      }
    }
  }

  /**
   * The ids of all messages that are ready, leased or dead. Messages go back and forth meanwhile, and one that is put back after
   * its box was listed and before the leases were, would be in neither listing: so both are listed once more.
   */
  async #pendingIds(kind: BoxKind, segment: string): Promise<Set<string>> {
    const { layout } = this.#disk;
    const ids = new Set<string>();
    const [boxes, leases, dead] = [layout.boxes(kind), layout.leaseBoxes(kind), layout.deadBoxes(kind)];
    for (const parent of [boxes, leases, dead, boxes, leases]) {
      for (const name of await this.#fileNames(join(parent, segment))) {
        const id = parseReady(name)?.id ?? parseLeased(name)?.name.id;
        if (id !== undefined) ids.add(id);
      }
    }
    return ids;
  }

  /** Sessions of processes that are gone are ended; whoever uses the box returns what they held. */
  async #owners(observer: OwnerObserver, own: string | null): Promise<void> {
    const { layout } = this.#disk;
    const names = await this.#fileNames(layout.owners);
    for (const name of names) {
      if (name.endsWith('.alive') && !names.has(name.replace('.alive', '.json'))) {
        await this.#removeAbandoned(join(layout.owners, name));
      }
      const owner = /^([0-9a-v]{8})\.json$/.exec(name)?.[1];
      if (owner === undefined || owner === own) continue;
      const state = await observer.observe(owner);
      if (state !== 'dead' && state !== 'expired') continue;
      if (this.#dryRun || (await observer.end(owner))) this.#totals.owners += 1;
    }
    await this.#removeFiles(
      layout.endedOwners,
      'owners',
      (modified_ms) => this.#now - modified_ms > ENDED_MAX_AGE_MS,
    );
  }

  /** Windows: what a process held open that died before it had its record, or whose record a power loss took. */
  async #removeAbandoned(path: string): Promise<void> {
    if ((await this.#age(path)) <= this.#policy.temporaryMaxAge_ms) return;
    try {
      await this.#remove(path, null);
    } catch (error) {
      if (!['EBUSY', 'EPERM', 'EACCES'].includes(systemErrorCode(error) ?? '')) throw error; // It lives.
    }
  }

  async #temporary(): Promise<void> {
    if (this.#dryRun) {
      await this.#countTemporary(this.#disk.layout.temporary);
      return;
    }
    const swept = await sweepTemporary({
      ...writing(this.#disk, 'none', this.#signal),
      directory: this.#disk.layout.temporary,
      olderThan_ms: this.#policy.temporaryMaxAge_ms,
    });
    this.#totals.temporary += swept.removed;
  }

  /** What a sweep would remove: files and, of mutexes that were never finished, directories. */
  async #countTemporary(directory: string): Promise<void> {
    for await (const batch of listDirectory(this.#disk, directory, 'empty')) {
      for (const { name, kind } of batch) {
        if (!name.endsWith('.tmp') || (kind !== 'file' && kind !== 'directory')) continue;
        if ((await this.#age(join(directory, name))) > this.#policy.temporaryMaxAge_ms)
          this.#totals.temporary += 1;
      }
    }
  }

  async #removeFiles(
    directory: string,
    counter: 'processed' | 'owners' | null,
    isSurplus: (modified_ms: number) => boolean,
  ): Promise<number> {
    let removed = 0;
    for (const name of await this.#fileNames(directory)) {
      if (await this.#remove(join(directory, name), counter, isSurplus)) removed += 1;
    }
    return removed;
  }

  /** Removes a file unless its time, looked at right before, says otherwise. */
  async #remove(
    path: string,
    counter: keyof Totals | null,
    isSurplus: (modified_ms: number) => boolean = () => true,
  ): Promise<boolean> {
    const status = await this.#status(path);
    if (status === null || !isSurplus(status.modified_ms)) return false;
    if (this.#dryRun || (await removeIfPresent(this.#disk, path))) {
      if (counter !== null) this.#totals[counter] += 1;
      this.#totals.bytes += status.size;
    }
    return true;
  }

  async #removeDirectory(path: string): Promise<boolean> {
    if (this.#dryRun || !(await removeEmptyDirectory(path, writing(this.#disk, 'none')))) return false;
    this.#totals.directories += 1;
    return true;
  }

  async #fileNames(directory: string): Promise<Set<string>> {
    const names = new Set<string>();
    for await (const batch of listDirectory(this.#disk, directory, 'empty')) {
      for (const { name, kind } of batch) if (kind === 'file') names.add(name);
      await this.#breathe();
    }
    return names;
  }

  async #age(path: string): Promise<number> {
    const status = await this.#status(path);
    return status === null ? 0 : this.#now - status.modified_ms;
  }

  async #status(path: string): Promise<{ readonly modified_ms: number; readonly size: number } | null> {
    await this.#breathe();
    return statusOf(this.#disk, path);
  }

  /** Lets the event loop turn every few milliseconds, and stops when called off, or overtaken. */
  async #breathe(): Promise<void> {
    this.#signal?.throwIfAborted();
    await this.#breather.breathe();
    this.#held.steps += 1;
    const { clock } = this.#disk;
    if (this.#held.steps < STEPS_PER_LOOK && clock.monotonic() - this.#held.looked_ms < SLICE_MS) return;
    this.#held = { steps: 0, looked_ms: clock.monotonic() };
    if (await this.#stillHeld()) return;
    const path = this.#disk.layout.mutex('retention');
    throw new FsAtomicError(
      'ERR_MUTEX_LOST',
      `Retention was overtaken: ${path} is not held any more. Nothing is to be done: another process goes on, or the next run.`,
      { path },
    );
  }
}
