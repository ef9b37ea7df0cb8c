import type { Awaitable, FileStatus } from '@tapps-agents/fs-atomic';
import { statusOf, type Disk } from './disk.ts';

/** A directory's times have at worst this granularity (FAT: 2 s). */
const GRANULARITY_MS = 2_000;
/** However unchanged a directory looks, it is listed again after this time: not every file system keeps its times. */
const TRUST_MS = 10_000;

/**
 * Tells from one `status` call whether a directory can have got new names since it was last listed, so that an idle
 * poll needs no listing.
 *
 * A modification time that has not changed proves it only when the last listing began later than the time's
 * granularity after that time was first seen: a name added within the same tick leaves it as it is. Only
 * equality of times is used, and this process's monotonic clock; the two clocks are never compared.
 */
export class IdleCheck {
  readonly #disk: Disk;
  readonly #path: string;
  #modified_ms = Number.NaN;
  #firstSeen_ms = 0;
  #listed_ms = Number.NEGATIVE_INFINITY;
  #settled = false;

  constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  /** To be called before the directory is listed. */
  async beginListing(): Promise<void> {
    const now = this.#disk.clock.monotonic();
    const modified_ms = await this.#modifiedNow();
    if (modified_ms !== this.#modified_ms) {
      this.#modified_ms = modified_ms;
      // Later than the look at the directory: the call may have taken long, and its tick have begun within it.
      this.#firstSeen_ms = this.#disk.clock.monotonic();
    }
    this.#settled = now - this.#firstSeen_ms > GRANULARITY_MS;
    this.#listed_ms = now;
  }

  /** A listing failed, or what it showed could not be dealt with: there is something to list, whatever the times say. */
  distrust(): void {
    this.#settled = false;
  }

  /** True when a listing now would show no new name. */
  isUnchanged(): Awaitable<boolean> {
    if (!this.#settled || this.#disk.clock.monotonic() - this.#listed_ms > TRUST_MS) return false;
    const modified_ms = this.#modifiedNow();
    if (!(modified_ms instanceof Promise)) return modified_ms === this.#modified_ms;
    return modified_ms.then((now_ms) => now_ms === this.#modified_ms);
  }

  /** NaN, which equals nothing, where there is no directory: the listing then says so. */
  #modifiedNow(): Awaitable<number> {
    const status = statusOf(this.#disk, this.#path);
    return status instanceof Promise ? status.then(modifiedIn) : modifiedIn(status);
  }
}

function modifiedIn(status: FileStatus | null): number {
  return status?.modified_ms ?? Number.NaN;
}
