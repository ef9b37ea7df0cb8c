import { startTimer } from '../long-timer.ts';

/** How often it is asked whether there is more to wait for. */
const PAUSE_MS = 1_000;
/** So much later it is over, whatever there is. */
const MOST_EXTRA_MS = 30_000;

/** Aborts its signal when the time is over; but not yet, for half a minute, while there is something that has only not come through. */
export class PatientDeadline implements Disposable {
  readonly #over = new AbortController();
  readonly #mayCome: () => Promise<boolean>;
  #extra_ms = 0;
  #cancel: () => void;

  /** `mayCome` is asked when the time is over. Where that fails, nothing is to be expected. */
  constructor(time_ms: number, mayCome: () => Promise<boolean>) {
    this.#mayCome = mayCome;
    this.#cancel = startTimer(() => void this.#ask(), time_ms);
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  [Symbol.dispose](): void {
    this.#cancel();
    this.#over.abort();
  }

  async #ask(): Promise<void> {
    const isWorthIt = this.#extra_ms < MOST_EXTRA_MS && (await this.#mayCome().catch(() => false));
    if (!isWorthIt || this.#over.signal.aborted) {
      this.#over.abort();
      return;
    }
    this.#extra_ms += PAUSE_MS;
    this.#cancel = startTimer(() => void this.#ask(), PAUSE_MS);
  }
}
