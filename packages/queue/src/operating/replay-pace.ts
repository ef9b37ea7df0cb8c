import { wait } from '@tapps-agents/fs-atomic';
import type { Core } from '../core.ts';
import type { ReplayOptions } from '../operations.ts';

/** Holds a replay back to its rate: each message has its moment, counted from the first. */
export class Pace {
  readonly #core: Core;
  readonly #options: Pick<ReplayOptions, 'rate' | 'signal'>;
  #due_ms: number | null = null;

  constructor(core: Core, options: Pick<ReplayOptions, 'rate' | 'signal'>) {
    this.#core = core;
    this.#options = options;
  }

  async wait(): Promise<void> {
    const { rate, signal } = this.#options;
    if (rate === undefined) return;
    const { clock } = this.#core;
    const now = clock.monotonic();
    const due_ms = Math.max(this.#due_ms ?? now, now - 1_000 / rate);
    this.#due_ms = due_ms + 1_000 / rate;
    if (due_ms > now) await wait(due_ms - now, clock, signal);
  }
}
