import type { CancelTimer, Clock } from '@tapps-agents/fs-atomic';

/**
 * One thing to wait for: a hint that there may be work, or the time when to look anyway. A hint that comes while
 * nobody waits is kept for the next wait, so none is missed between looking and waiting.
 */
export class Waker {
  readonly #clock: Clock;
  #hinted = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** There may be work. */
  hint(): void {
    this.#hinted = true;
    this.#wake?.();
  }

  /** Waits for a hint, at most `limit_ms`; true when it was a hint. */
  async wait(limit_ms: number): Promise<boolean> {
    let cancel: CancelTimer | undefined;
    if (!this.#hinted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        cancel = this.#clock.setTimer(resolve, limit_ms);
      });
    }
    cancel?.();
    this.#wake = undefined;
    const hinted = this.#hinted;
    this.#hinted = false;
    return hinted;
  }
}
