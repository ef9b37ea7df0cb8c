import type { Core } from '../core.ts';
import type { Deadline } from '../deadlines.ts';
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
  #deadline: Deadline | undefined;

  constructor(core: Core, delivery: Expiring) {
    this.#core = core;
    this.#delivery = delivery;
  }

  /** From now on it has so long, whatever it had before. */
  start(lease_ms: number): void {
    this.cancel();
    this.#deadline = this.#core.deadlines.set(() => this.#over(lease_ms), lease_ms);
  }

  cancel(): void {
    if (this.#deadline !== undefined) this.#core.deadlines.callOff(this.#deadline);
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
