import type { Awaitable } from '@tapps-agents/fs-atomic';
import { BoxWatch } from './box-watch.ts';
import type { Core } from '../core.ts';
import { Failures } from '../failures-on-the-way.ts';
import { DISCOVERY_INTERVAL_MS, RECOVERY_INTERVAL_MS } from '../limits.ts';
import { recoverBox } from './recovering.ts';
import type { BoxReader, Claimed, ClaimFilter } from '../claim.ts';
import type { Box } from '../stored-message.ts';

/** Where a consumer's messages come from. */
export interface Source {
  /** The boxes to read, at this moment; asked again now and then. What cannot be told goes to `onFailure`. */
  boxes(onFailure: (error: unknown) => void): Promise<readonly Box[]>;
  readonly filter: (box: Box) => ClaimFilter;
  /** Whether new boxes can turn up. */
  readonly grows: boolean;
  /** Whether what is claimed may be detached; default false. */
  readonly detachable?: boolean;
  /** Whether what seems to be other consumers' share is left to them for a moment; default false. */
  readonly patient?: boolean;
}

/** What one round over the boxes found. */
export interface Round {
  /** All from one box; none where no box had any. */
  readonly claimed: readonly Claimed[];
  /** When the next delayed message that was seen is due; null when none was. */
  readonly nextReadyAt_ms: number | null;
  /** Whether every box could be looked at. */
  readonly complete: boolean;
}

interface OpenBox {
  readonly reader: BoxReader;
  readonly watch: BoxWatch;
  paused: boolean;
}

/** The boxes of one consumer: opened, watched, claimed from in turn, and cleared of leases whose holders are gone. */
export class BoxSet {
  readonly #core: Core;
  readonly #source: Source;
  readonly #hint: () => void;
  readonly #boxes = new Map<string, OpenBox>();
  #stopWatchingAll: (() => void) | null = null;
  #refreshed_ms = Number.NEGATIVE_INFINITY;
  #isComplete = false;
  #next = 0;
  /** The same as in `#boxes`, to be gone through with every claim. */
  #inTurn: readonly OpenBox[] = [];

  constructor(core: Core, source: Source, hint: () => void) {
    this.#core = core;
    this.#source = source;
    this.#hint = hint;
    if (source.grows) {
      this.#stopWatchingAll = core.store.watch(null, () => {
        this.#refreshed_ms = Number.NEGATIVE_INFINITY;
        hint();
      });
    }
  }

  /**
   * Finds new boxes, lets go of those that are no more, and takes back orphaned leases, when it is time again. False where
   * the last such look failed, or not every box could be told: then nothing that is missing from the boxes is known to be missing.
   */
  refresh(): Awaitable<boolean> {
    const now = this.#core.clock.monotonic();
    const interval_ms = this.#source.grows ? DISCOVERY_INTERVAL_MS : RECOVERY_INTERVAL_MS;
    return now - this.#refreshed_ms < interval_ms ? this.#isComplete : this.#refreshNow(now);
  }

  async #refreshNow(now: number): Promise<boolean> {
    this.#refreshed_ms = now; // Also for a look that fails, which would be taken with every message otherwise.
    this.#isComplete = false;
    const failures = new Failures();
    const boxes = await this.#source.boxes((error) => failures.add(error));
    const error = failures.asError('boxes could not be looked at; the others were.');
    const unknown = error === null ? [] : [...this.#boxes.values()].map(({ reader }) => reader.box);
    this.#keep([...boxes, ...unknown]);
    if (error !== null) this.#core.events.report(error);
    this.#isComplete = error === null;
    for (const { reader } of this.#boxes.values()) await recoverBox(this.#core, reader);
    return this.#isComplete;
  }

  /**
   * Tries each box once, starting after the one that had something last, and takes up to `most` from the first that has any, so far as
   * it knows of more. A box that fails does not stop the others.
   */
  async claim(most: number): Promise<Round> {
    const boxes = this.#inTurn;
    let nextReadyAt_ms: number | null = null;
    let complete = true;
    for (let count = 0; count < boxes.length; count += 1) {
      const open = boxes[(this.#next + count) % boxes.length];
      if (open === undefined) continue;
      try {
        const asked = this.#core.store.isPaused(open.reader.box.agentId);
        if (this.#note(open, asked instanceof Promise ? await asked : asked)) {
          complete = false;
          continue;
        }
        const claiming = open.reader.claim();
        const result = claiming instanceof Promise ? await claiming : claiming;
        if (result.kind === 'claimed') {
          this.#next = (this.#next + count + 1) % boxes.length;
          const claimed = [result.claimed];
          const more =
            result.more && most > 1 ? await this.#claimMore(open.reader, claimed, most) : result.more;
          open.watch.claimed(more);
          return { claimed, nextReadyAt_ms, complete };
        }
        open.watch.claimed(false);
        nextReadyAt_ms = earlier(nextReadyAt_ms, result.nextReadyAt_ms);
      } catch (error) {
        open.watch.claimed(false); // What is left may be nothing but what fails, and what comes then is not to wait for it.
        complete = false;
        this.#core.events.report(error);
      }
    }
    return { claimed: [], nextReadyAt_ms, complete };
  }

  /** Whether more are known of. What was claimed is somebody's, whatever comes of the next claim. */
  async #claimMore(reader: BoxReader, claimed: Claimed[], most: number): Promise<boolean> {
    let more = true;
    try {
      while (more && claimed.length < most) {
        const claiming = reader.claim();
        const result = claiming instanceof Promise ? await claiming : claiming;
        more = result.kind === 'claimed' && result.more;
        if (result.kind === 'claimed') claimed.push(result.claimed);
      }
    } catch (error) {
      this.#core.events.report(error);
    }
    return more;
  }

  /** Whether anybody at all holds a lease in these boxes; a box of which it cannot be told counts as one that does. */
  async anyLeased(): Promise<boolean> {
    try {
      return await this.#anyLeased();
    } catch (error) {
      this.#core.events.report(error);
      return true;
    }
  }

  async #anyLeased(): Promise<boolean> {
    for (const { reader } of this.#boxes.values()) {
      for await (const batch of this.#core.store.entries({ state: 'leased', box: reader.box })) {
        if (batch.length > 0) return true;
      }
    }
    return false;
  }

  close(): void {
    this.#stopWatchingAll?.();
    this.#keep([]);
  }

  /** Opens the boxes that are not open yet, and lets go of all others: a directory that vanished would fail for ever. */
  #keep(boxes: readonly Box[]): void {
    const gone = new Map(this.#boxes);
    for (const box of boxes) {
      gone.delete(keyOf(box));
      this.#open(box);
    }
    for (const [key, { watch }] of gone) {
      watch.close();
      this.#boxes.delete(key);
    }
    this.#inTurn = [...this.#boxes.values()];
  }

  #open(box: Box): void {
    const key = keyOf(box);
    if (this.#boxes.has(key)) return;
    const reader = this.#core.store.openBox(box, this.#source.filter(box), {
      detachable: this.#source.detachable === true,
      patient: this.#source.patient === true,
    });
    const watch = new BoxWatch(this.#core, reader, this.#hint);
    this.#boxes.set(key, { reader, watch, paused: false });
  }

  /** Says so when that has changed. */
  #note(open: OpenBox, paused: boolean): boolean {
    const { agentId } = open.reader.box;
    if (paused !== open.paused) this.#core.events.emit(paused ? 'paused' : 'resumed', { agentId });
    open.paused = paused;
    return paused;
  }
}

function keyOf({ kind, agentId }: Box): string {
  return `${kind}/${agentId}`;
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null || (b !== null && b < a) ? b : a;
}
