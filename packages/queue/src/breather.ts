import { setImmediate } from 'node:timers/promises';
import type { Awaitable, Clock } from '@tapps-agents/fs-atomic';

/**
 * Lets the event loop turn during long work. Metadata calls are made synchronously, so without it a loop over many
 * files would hold up heartbeats and everybody else's timers, however often it awaits.
 */
export class Breather {
  readonly #clock: Clock;
  readonly #slice_ms: number;
  #since_ms: number;

  constructor(clock: Clock, slice_ms: number) {
    this.#clock = clock;
    this.#slice_ms = slice_ms;
    this.#since_ms = clock.monotonic();
  }

  /** Returns at once, or after a turn of the event loop when the slice is used up. */
  breathe(): Awaitable<void> {
    return this.#clock.monotonic() - this.#since_ms < this.#slice_ms ? undefined : this.#turn();
  }

  async #turn(): Promise<void> {
    await setImmediate();
    this.#since_ms = this.#clock.monotonic();
  }
}
