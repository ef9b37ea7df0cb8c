import type { CancelTimer } from '@tapps-agents/fs-atomic';
import type { Core } from '../core.ts';
import { isLeaseLost } from './ended-delivery.ts';

/** What goes back when its time in hand is over. */
interface Expiring {
  readonly isSettled: boolean;
  expire(): Promise<void>;
}

/** Sees to it that a delivery taken by hand goes back once its time is over, unless it is settled before. */
export class LeaseTimer {
  readonly #core: Core;
  readonly #delivery: Expiring;
  #cancel: CancelTimer | undefined;

  constructor(core: Core, delivery: Expiring) {
    this.#core = core;
    this.#delivery = delivery;
  }

  /** From now on it has so long, whatever it had before. */
  start(lease_ms: number): void {
    this.cancel();
    this.#cancel = this.#core.clock.setTimer(() => this.#over(lease_ms), lease_ms, { background: true });
  }

  cancel(): void {
    this.#cancel?.();
  }

  #over(lease_ms: number): void {
    if (this.#delivery.isSettled) {
      // It is being settled right now. Should that fail, it must still go back some time.
      this.start(lease_ms);
      return;
    }
    this.#delivery.expire().catch((error: unknown) => {
      if (isLeaseLost(error)) return;
      this.#core.events.report(error);
      if (!this.#delivery.isSettled) this.start(lease_ms);
    });
  }
}
