import type { CancelTimer } from '@tapps-agents/fs-atomic';
import type { Core } from '../core.ts';
import { retentionFailure } from './retention-failure.ts';

/** Runs retention now and then, in the background, as long as the queue is open. Only one process at a time does. */
export class Maintenance {
  readonly #core: Core;
  readonly #interval_ms: number;
  readonly #stopped = new AbortController();
  #cancel: CancelTimer | undefined;
  #running: Promise<void> | undefined;

  constructor(core: Core, interval_ms: number) {
    this.#core = core;
    this.#interval_ms = interval_ms;
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#cancel?.();
    await this.#running;
  }

  /** Anywhere from half to one and a half intervals from now, so that processes started together part ways. */
  #schedule(): void {
    const delay_ms = this.#interval_ms * (0.5 + this.#core.random());
    this.#cancel = this.#core.clock.setTimer(
      () => {
        this.#running = this.#retain();
      },
      delay_ms,
      { background: true },
    );
  }

  async #retain(): Promise<void> {
    try {
      const { signal } = this.#stopped;
      const report = await this.#core.store.retain(this.#core.retention, { dryRun: false, signal });
      if (report !== null) {
        const removed =
          report.processed +
          report.dead +
          report.journals +
          report.temporary +
          report.owners +
          report.records;
        this.#core.events.emit('retained', { removed, failed: report.failed });
        if (report.failed > 0) this.#core.events.report(retentionFailure(report));
      }
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#core.events.report(error);
    }
    if (!this.#stopped.signal.aborted) this.#schedule();
  }
}
