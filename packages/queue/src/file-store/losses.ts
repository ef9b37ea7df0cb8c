/** What a claim costs that somebody else was faster with, and a look at what is gone; so many times that is better spent on a listing. */
const LOST_CLAIM_MS = 0.02;
const VAIN_LOOK_MS = 0.004;
const LOSSES_FACTOR = 8;
/** After a claim that was lost, so many more are looked at before they are tried. */
const WARY_CLAIMS = 8;

/**
 * What a consumer learns from the claims that its rivals were faster with. A process that waited for a processor has a listing
 * that is old, and does not know it: others came to its help, and most of its share is gone. So after one claim that was lost it looks
 * at each name before it tries it, for a fifth of what another such claim would cost, begins further from the front, and
 * lists the box anew once that is cheaper than to go on.
 */
export class Losses {
  #spread = 0;
  #wary = 0;
  #spent_ms = 0;

  /** From 0 to 1: how far from the front to start. */
  get spread(): number {
    return this.#spread;
  }

  /** Whether to look at a name before it is tried. */
  get isWary(): boolean {
    return this.#wary > 0;
  }

  /** A rename was won, or another's was first. */
  decided(won: boolean): void {
    this.#spread = won ? this.#spread * 0.98 : Math.min(1, this.#spread + 0.25);
    this.#wary = won ? Math.max(0, this.#wary - 1) : WARY_CLAIMS;
    if (!won) this.#spent_ms += LOST_CLAIM_MS;
  }

  /** A look showed that a name is gone, and spared a claim that would have been lost. */
  foundGone(): void {
    this.#spent_ms += VAIN_LOOK_MS;
  }

  /** The box is listed anew. */
  listing(): void {
    this.#spent_ms = 0;
  }

  /** Whether what was spent on names that are gone, since the last listing, is worth one of this cost. */
  outweigh(cost_ms: number): boolean {
    return this.#spent_ms * LOSSES_FACTOR > cost_ms;
  }
}
