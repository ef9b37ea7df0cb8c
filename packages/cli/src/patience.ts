import type { QueueEvents } from '@tapps-agents/queue';

/** So many failures in a row, and nothing done between them, are not going to pass while somebody waits for the end. */
const MOST_FAILURES = 20;

/**
 * Ends a worker that was asked to end by itself and cannot: where the directory can never be used, it would wait for ever.
 * A worker without an end of its own goes on trying, since the fault may pass.
 */
export class Patience {
  #inARow = 0;
  lastError: unknown;
  isOver = false;

  constructor(events: QueueEvents, hasEnd: boolean, giveUp: () => void) {
    for (const name of ['acked', 'duplicate', 'retried', 'snoozed', 'quarantined'] as const) {
      events.on(name, () => {
        this.#inARow = 0;
      });
    }
    events.on('error', (error) => {
      this.lastError = error;
      this.#inARow += 1;
      if (!hasEnd || this.#inARow < MOST_FAILURES || this.isOver) return;
      this.isOver = true;
      giveUp();
    });
  }
}
