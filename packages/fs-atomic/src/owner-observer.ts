import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { timeLeft_ms } from './detached-record.ts';
import { invalidArgument, systemErrorCode, systemFailure } from './errors.ts';
import { fileSettings } from './file-options.ts';
import type { FileOptions, FileSettings } from './file-options.ts';
import type { FileStatus } from './file-system.ts';
import { isReleased, proveDead } from './liveness.ts';
import { moveFile } from './move.ts';
import { ownerAlivePath, ownerRecordPath, readOwnerRecord } from './owner-record.ts';
import type { OwnerRecord } from './owner-record.ts';
import { processIdentity } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { discard } from './staging.ts';

/**
 * What an observer knows of an owner. `absent`: no record, the session has ended and what it held may be returned.
 * `dead`: its process is provably gone. `expired`: this observer saw the record unchanged for a whole lease and
 * the margin, looking often enough to know that it was awake itself, or it is detached and the clock of the boot that
 * both share is past its deadline. `alive`: none of these, or not known yet.
 */
export type OwnerState = 'absent' | 'alive' | 'dead' | 'expired';

/** What an observer watches, and how patient it is. */
export interface OwnerObserverOptions extends FileOptions {
  /** Where the owners' records are. */
  readonly directory: string;
  /** Where the records of ended sessions are put; on the same file system. */
  readonly endedDirectory: string;
  /** How much longer than its lease a record must stay unchanged; default a quarter of the lease, at least 1,000. */
  readonly margin_ms?: number | undefined;
  /** The lease of a record that cannot be read; default 5 minutes. */
  readonly unknownLease_ms?: number | undefined;
  /** Default: the facts of this process. */
  readonly identity?: ProcessIdentity | undefined;
}

interface Sighting {
  readonly modified_ms: number;
  readonly size: number;
  /** How long it was seen like this. */
  readonly stood_ms: number;
  /** Until when, on this process's monotonic clock, `stood_ms` counts. */
  readonly until_ms: number;
  readonly record: OwnerRecord | null;
}

/**
 * So many owners are watched at a time. A further one is not watched, and so does not expire, until one of them has expired, ended,
 * or was not asked about for an hour: if it took the place of another, and all were asked about in turn, none would ever expire.
 */
const mostSightings = 10_000;
const forgottenAfter_ms = 3_600_000;

/**
 * Tells which owners' sessions may be ended, and ends them. No wall clock and no age of a file is ever compared: a
 * record expires by being seen unchanged, by the same observer, for long enough on its own monotonic clock; that of a
 * detached owner also by the monotonic clock of the boot in which it was written, so that a process that has just
 * started need not wait anew.
 * Keep one observer for the life of a process; a new one knows nothing yet.
 */
export class OwnerObserver {
  readonly #settings: FileSettings;
  readonly #options: OwnerObserverOptions;
  readonly #identity: ProcessIdentity;
  readonly #sightings = new Map<string, Sighting>();

  constructor(options: OwnerObserverOptions) {
    const { margin_ms = 0, unknownLease_ms = 0 } = options;
    if (!(margin_ms >= 0)) throw invalidArgument(`margin_ms is ${margin_ms}; it must not be negative.`);
    if (!(unknownLease_ms >= 0)) {
      throw invalidArgument(`unknownLease_ms is ${unknownLease_ms}; it must not be negative.`);
    }
    this.#options = options;
    this.#settings = fileSettings(options);
    this.#identity = options.identity ?? processIdentity();
  }

  /**
   * What can be said of an owner now. To be asked again and again: of the time between two looks, a third of the
   * owner's lease counts at most (or a second, if that is more), so who looks less often only waits longer.
   */
  async observe(owner: string): Promise<OwnerState> {
    const path = ownerRecordPath(this.#options.directory, owner);
    const { clock } = this.#settings;
    // Earlier than the look at the record for the end of a standstill, later for its beginning: never too long.
    const looked_ms = clock.monotonic();
    const status = await this.#status(path);
    if (status === null) {
      this.#sightings.delete(owner);
      return 'absent';
    }
    const sighting = await this.#sight(owner, status, looked_ms);
    const { record } = sighting;
    if (record !== null && (await this.#isDead(owner, record))) {
      // It may have detached itself right before it ended: then its session lives on, under another record.
      const after = await this.#status(path);
      if (after?.modified_ms === status.modified_ms && after.size === status.size) return 'dead';
      if (after !== null) return 'alive';
      await this.#forgetAliveFile(owner);
      return 'absent';
    }
    if (record !== null && (this.timeLeft_ms(record) ?? 1) <= 0) return 'expired';
    return sighting.stood_ms >= this.#patience_ms(record) ? 'expired' : 'alive';
  }

  /**
   * Ends a session by renaming its record away: true if this call did it, so that exactly one of many wins. Afterwards
   * the owner's heartbeat fails and it must give up what it holds. Only for owners observed `dead` or `expired`,
   * and for detached ones that are done.
   */
  async end(owner: string): Promise<boolean> {
    const { directory, endedDirectory } = this.#options;
    const from = ownerRecordPath(directory, owner);
    const ended = await moveFile(from, join(endedDirectory, `${owner}~${randomUUID()}.json`), this.#settings);
    this.#sightings.delete(owner);
    if (ended) await this.#forgetAliveFile(owner);
    return ended;
  }

  /** Reads an owner's record; null if there is none, or nothing readable. */
  async record(owner: string): Promise<OwnerRecord | null> {
    const path = ownerRecordPath(this.#options.directory, owner);
    return await readOwnerRecord(path, owner, this.#settings);
  }

  /** How much of a detached owner's time is left, where this process can tell; null where it cannot, and of other owners. */
  timeLeft_ms(record: OwnerRecord): number | null {
    return timeLeft_ms(record, this.#identity, this.#settings.clock.uptime?.());
  }

  /** Forgets when an owner was seen first: its standstill begins anew. */
  forget(owner: string): void {
    this.#sightings.delete(owner);
  }

  async #isDead(owner: string, record: OwnerRecord): Promise<boolean> {
    if (record.detached) return false;
    if (proveDead(record, this.#identity)) return true;
    const { fileSystem, platform } = this.#settings;
    if (platform !== 'win32' || record.host !== this.#identity.host) return false;
    return await isReleased(ownerAlivePath(this.#options.directory, owner), fileSystem);
  }

  /**
   * Removes what an owner without a record held open on Windows. It may be this observer that made it: an owner that closes removes
   * the file, and an attempt to hold it right afterwards creates it anew.
   */
  async #forgetAliveFile(owner: string): Promise<void> {
    if (this.#settings.platform !== 'win32') return;
    await discard(ownerAlivePath(this.#options.directory, owner), { ...this.#settings, busy_ms: 0 });
  }

  async #status(path: string): Promise<FileStatus | null> {
    try {
      return await this.#settings.fileSystem.status(path);
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return null;
      throw systemFailure(error, { attempted: 'look at the owner record', path });
    }
  }

  async #sight(owner: string, { modified_ms, size }: FileStatus, looked_ms: number): Promise<Sighting> {
    const earlier = this.#sightings.get(owner);
    const unchanged = earlier?.modified_ms === modified_ms && earlier.size === size;
    // A record that is written whole is only ever replaced, and then its time changes. So it is read until it is whole.
    const record = (unchanged ? earlier.record : null) ?? (await this.record(owner));
    const sighting = {
      modified_ms,
      size,
      record,
      ...this.#standstill(unchanged ? earlier : null, looked_ms, record),
    };
    // Put at the end of the map's order: the first are those not asked about for longest.
    this.#sightings.delete(owner);
    if (this.#hasRoom(looked_ms)) this.#sightings.set(owner, sighting);
    return sighting;
  }

  /** Whether one more can be watched, for which the one not asked about for longest may have to go. */
  #hasRoom(now_ms: number): boolean {
    if (this.#sightings.size < mostSightings) return true;
    const [oldest] = this.#sightings; // The first in the map's order.
    if (oldest === undefined) return true;
    const [owner, { until_ms }] = oldest;
    return now_ms - until_ms >= forgottenAfter_ms && this.#sightings.delete(owner);
  }

  /**
   * How long a record has stood still now. Between two looks, no more is counted than within which a living owner beats: of
   * a longer gap nobody knows who slept in it, the owner, this observer, or, on a computer that was suspended, both.
   */
  #standstill(
    earlier: Sighting | null,
    looked_ms: number,
    record: OwnerRecord | null,
  ): Pick<Sighting, 'stood_ms' | 'until_ms'> {
    if (earlier === null) return { stood_ms: 0, until_ms: this.#settings.clock.monotonic() };
    // Of looks at the same time, the later may have been answered first.
    const gap_ms = Math.max(0, looked_ms - earlier.until_ms);
    const most_ms = Math.max(1_000, this.#lease_ms(record) / 3);
    return { stood_ms: earlier.stood_ms + Math.min(gap_ms, most_ms), until_ms: earlier.until_ms + gap_ms };
  }

  #patience_ms(record: OwnerRecord | null): number {
    const lease_ms = this.#lease_ms(record);
    return lease_ms + (this.#options.margin_ms ?? Math.max(1_000, lease_ms / 4));
  }

  #lease_ms(record: OwnerRecord | null): number {
    return record?.lease_ms ?? this.#options.unknownLease_ms ?? 300_000;
  }
}
