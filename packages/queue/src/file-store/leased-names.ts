import type { Awaitable } from '@tapps-agents/fs-atomic';
import type { Box } from '../stored-message.ts';
import { namesIn, within, type Disk } from './disk.ts';
import { latestClaim, type Lease } from './lease.ts';
import type { Rivals } from './rivals.ts';

interface Listing {
  readonly names: Awaitable<readonly string[]>;
  /** The last claim of this process that was made before it began. */
  readonly claim: number;
}

/**
 * The names of all leases in a box, for the admission of what was claimed from it. All that admission needs of a listing is that it
 * began after the claim, as a lease's name stands still. So one listing serves all claims that were made before it, and a
 * consumer that claims several messages and then admits them lists one time.
 */
export class LeasedNames {
  readonly #disk: Disk;
  readonly #box: Box;
  readonly #rivals: Rivals | null;
  #listing: Listing | null = null;

  /** `rivals` learn from what is listed; null where there are none. */
  constructor(disk: Disk, box: Box, rivals: Rivals | null) {
    this.#disk = disk;
    this.#box = box;
    this.#rivals = rivals;
  }

  /** As some listing showed them that began after this lease was claimed. */
  asOf(lease: Lease): Awaitable<readonly string[]> {
    const known = this.#listing;
    if (known !== null && known.claim >= lease.claim) return known.names;
    const claim = latestClaim();
    const names = this.#list(lease.session.owner);
    this.#listing = { names, claim };
    return names;
  }

  #list(owner: string): Awaitable<readonly string[]> {
    const leases = this.#disk.layout.leases(this.#box);
    const names = namesIn(within(this.#disk, leases), leases);
    if (!(names instanceof Promise)) {
      this.#rivals?.glance(names, owner);
      return names;
    }
    return names.then(
      (found) => {
        this.#rivals?.glance(found, owner);
        return found;
      },
      (error: unknown) => {
        this.#listing = null; // Who asks next tries for itself.
        throw error;
      },
    );
  }
}
