import type { BoxReader } from '../claim.ts';
import type { Core } from '../core.ts';

/** So many changes within so long, while there is enough to claim, and a watch is let go of. */
const MANY_CHANGES = 64;
const MANY_WITHIN_MS = 1_000;

/**
 * The watch of one box, for as long as it is of use.
 *
 * A watch is for a consumer that waits. To one that knows of messages it tells, with one event for each, what all others claim from
 * the box: eight consumers hear of every message eight times, which costs as much as a good part of claiming it. So where many changes come
 * while there is enough to claim, the watch is let go of until the reader has come to the end of what it knows. Until then the box is
 * listed anew as often as with a hint before each claim. The watch is there again before the last listing, which finds nothing.
 */
export class BoxWatch {
  readonly #core: Core;
  readonly #reader: BoxReader;
  readonly #hint: () => void;
  #stop: (() => void) | null;
  #isLetGo = false;
  #knowsMore = false;
  #changes = 0;
  #since_ms = Number.NEGATIVE_INFINITY;

  /** `hint` is called at each change that is told of, after the reader heard of it. */
  constructor(core: Core, reader: BoxReader, hint: () => void) {
    this.#core = core;
    this.#reader = reader;
    this.#hint = hint;
    this.#stop = this.#start();
  }

  /** To be called after each claim: whether its reader knows of more to claim. */
  claimed(knowsMore: boolean): void {
    this.#knowsMore = knowsMore;
    if (!this.#isLetGo) return;
    if (!knowsMore) {
      this.#isLetGo = false;
      this.#stop = this.#start();
    }
    this.#reader.refresh();
  }

  close(): void {
    this.#stop?.();
    this.#stop = null;
  }

  #start(): (() => void) | null {
    return this.#core.store.watch(this.#reader.box, () => {
      this.#reader.refresh();
      this.#hint();
      if (this.#knowsMore && this.#areMany()) this.#letGo();
    });
  }

  #areMany(): boolean {
    const now = this.#core.clock.monotonic();
    if (now - this.#since_ms > MANY_WITHIN_MS) {
      this.#since_ms = now;
      this.#changes = 0;
    }
    this.#changes += 1;
    return this.#changes >= MANY_CHANGES;
  }

  #letGo(): void {
    this.close();
    this.#isLetGo = true;
    this.#changes = 0;
  }
}
