import type { Core } from '../core.ts';
import type { BoxSummary } from '../reports.ts';
import type { Holder } from '../store.ts';
import type { Box, Entry } from '../stored-message.ts';

/** So many types are counted: there are a few, and whatever somebody makes up must not fill memory. */
const MOST_TYPES = 100;
const MOST_NAMED = 5;

/** Of what is not finished. */
export type WaitingState = BoxSummary['unlisted'][number];

/** Counts what one box holds. */
export class BoxTally {
  readonly box: Box;
  readonly #counts = { ready: 0, delayed: 0, leased: 0, dead: 0, unadopted: 0 };
  readonly #leases = new Map<string, number>();
  readonly #readyTypes = new Map<string, number>();
  /** Finished lately. */
  finished = 0;
  readonly #unlisted = new Set<WaitingState>();
  #oldest_ms: number | null = null;

  constructor(box: Box) {
    this.box = box;
  }

  /** Not all that is in this state could be listed. */
  lacks(state: WaitingState): void {
    this.#unlisted.add(state);
  }

  add(entry: Entry, now_ms: number): void {
    if (entry.state === 'dead') this.#counts.dead += 1;
    else if (entry.state === 'leased') {
      this.#counts.leased += 1;
      if (entry.owner !== null) this.#leases.set(entry.owner, (this.#leases.get(entry.owner) ?? 0) + 1);
    } else if (entry.messageType === '') {
      // The next consumer takes it like any other; how old it is, and what, only its content tells.
      this.#counts.ready += 1;
      this.#counts.unadopted += 1;
    } else if (entry.readyAt_ms !== null && entry.readyAt_ms > now_ms) this.#counts.delayed += 1;
    else {
      this.#counts.ready += 1;
      const { messageType } = entry;
      const known = this.#readyTypes.get(messageType);
      if (known !== undefined || this.#readyTypes.size < MOST_TYPES)
        this.#readyTypes.set(messageType, (known ?? 0) + 1);
      this.#oldest_ms = Math.min(this.#oldest_ms ?? entry.createdAt_ms, entry.createdAt_ms);
    }
  }

  /** A holder that cannot be looked at goes to `onFailure`, and is one of whom nothing is known. */
  async summary(
    core: Core,
    registered: boolean,
    now_ms: number,
    living: readonly Holder[],
    onFailure: (error: unknown) => void,
  ): Promise<BoxSummary> {
    const holders = [];
    for (const [owner, leases] of this.#leases) {
      const holder = await core.store.holder(owner).catch((error: unknown) => {
        onFailure(error);
        return unknownHolder(owner);
      });
      holders.push({ ...holder, leases });
    }
    const oldestReady_ms = this.#oldest_ms === null ? null : Math.max(0, now_ms - this.#oldest_ms);
    return {
      box: this.box,
      registered,
      ...this.#counts,
      oldestReady_ms,
      holders,
      readyTypes: [...this.#readyTypes]
        .toSorted((a, b) => b[1] - a[1])
        .slice(0, MOST_NAMED)
        .map(([type]) => type),
      workers:
        this.box.kind === 'outbox'
          ? 0
          : living.filter(({ agentId, detached }) => agentId === this.box.agentId && !detached).length,
      finished: this.finished,
      unlisted: [...this.#unlisted],
    };
  }
}

function unknownHolder(owner: string): Holder {
  const nothing = { agentId: null, pid: null, host: null, timeLeft_ms: null, beatAt_ms: null };
  return { owner, state: 'alive', detached: false, ...nothing };
}
