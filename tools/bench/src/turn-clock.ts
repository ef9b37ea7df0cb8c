import { systemClock, type CancelTimer, type Clock } from '@tapps-agents/fs-atomic';

/**
 * The system's clock, of which the monotonic time stands still between turns. What is due each so many seconds, such as a listing, is due then as
 * in a process that is always at work, and not at each turn after the others' have taken so long.
 */
export class TurnClock implements Clock {
  readonly #inner: Clock;
  #stood_ms = 0;
  #stands_ms: number | null;

  constructor(inner: Clock = systemClock) {
    this.#inner = inner;
    this.#stands_ms = inner.monotonic();
  }

  /** Runs one turn. */
  async turn<T>(run: () => Promise<T>): Promise<T> {
    this.#stood_ms += this.#inner.monotonic() - (this.#stands_ms ?? this.#inner.monotonic());
    this.#stands_ms = null;
    try {
      return await run();
    } finally {
      this.#stands_ms = this.#inner.monotonic();
    }
  }

  now(): number {
    return this.#inner.now();
  }

  monotonic(): number {
    return (this.#stands_ms ?? this.#inner.monotonic()) - this.#stood_ms;
  }

  setTimer(run: () => void, delay_ms: number, options?: { readonly background?: boolean }): CancelTimer {
    return this.#inner.setTimer(run, delay_ms, options);
  }
}
