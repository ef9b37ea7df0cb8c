import type { Clock } from '@tapps-agents/fs-atomic';

/** A hint leads to a new listing at most this often while there are still candidates, in multiples of its cost. */
const RELIST_FACTOR = 20;
const RELIST_MIN_MS = 50;
const RELIST_UNHINTED_MS = 1_000;
/** A listing that took less is never put off. */
const CHEAP_LISTING_MS = 5;
/**
 * Of a directory that has few names a listing is only dear where it once had many, as ext4 never makes one smaller (30 ms after a million,
 * 65 where the processor's caches have lost it, 150 the first time). Then what has come is not put off for longer than this, which together
 * with the listing is less than the poll interval, unless listings would take more than two thirds of the time.
 */
const SOON_MS = 75;
const SOON_FACTOR = 0.5;
const FEW_NAMES = 1_000;
/** A listing's cost is the least of so many: on a busy computer the clock also counts the time in which others had the processor. */
const COSTS_REMEMBERED = 4;
/** What others have taken meanwhile is worth another listing this seldom at most, in milliseconds and in multiples of its cost. */
const RIVALS_RELIST_MIN_MS = 2;
const RIVALS_RELIST_FACTOR = 4;

/** When a box is worth another listing, by what the last ones cost and how old the last one is. */
export class ListingPace {
  readonly #clock: Clock;
  #hinted = true;
  #listed_ms = Number.NEGATIVE_INFINITY;
  #costs_ms: readonly number[] = [];
  #cost_ms = 0;
  #hasFew = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** There may be something new. */
  hint(): void {
    this.#hinted = true;
  }

  /** A listing begins; what this returns is to be called when it has ended, with how many names it showed. */
  begins(): (names: number) => void {
    this.#hinted = false;
    const before = this.#clock.monotonic();
    return (names) => {
      this.#hasFew = names < FEW_NAMES;
      this.#listed_ms = this.#clock.monotonic();
      this.#costs_ms = [this.#listed_ms - before, ...this.#costs_ms.slice(0, COSTS_REMEMBERED - 1)];
      this.#cost_ms = Math.min(...this.#costs_ms);
    };
  }

  /** How old the last listing is. */
  get age_ms(): number {
    return this.#clock.monotonic() - this.#listed_ms;
  }

  /** What a listing costs at the least, so far as the last ones tell. */
  get cost_ms(): number {
    return this.#cost_ms;
  }

  /**
   * Whether to list anew. While there still are candidates: at a hint, but only now and then; and without one, so that what is
   * more urgent is not hidden behind a long backlog where no hints come.
   */
  isDue(hasCandidates: boolean): boolean {
    const least_ms = this.#hinted ? RELIST_MIN_MS : RELIST_UNHINTED_MS;
    return hasCandidates
      ? this.age_ms >= Math.max(least_ms, RELIST_FACTOR * this.cost_ms)
      : this.#hinted && this.tooSoon_ms <= 0;
  }

  /** How long to wait before the next listing, so that a huge box full of others' messages does not eat a core. */
  get tooSoon_ms(): number {
    const { cost_ms } = this;
    if (cost_ms < CHEAP_LISTING_MS) return 0;
    const soon_ms = this.#hasFew ? Math.max(SOON_MS, SOON_FACTOR * cost_ms) : RELIST_UNHINTED_MS;
    return Math.min(RELIST_UNHINTED_MS, soon_ms, RELIST_FACTOR * cost_ms) - this.age_ms;
  }

  /** Whether the last listing is old enough for one of this cost, to see what rivals took meanwhile. */
  isWorthIt(cost_ms: number): boolean {
    return this.age_ms > Math.max(RIVALS_RELIST_MIN_MS, RIVALS_RELIST_FACTOR * cost_ms);
  }
}
