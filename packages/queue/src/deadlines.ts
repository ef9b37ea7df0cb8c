import type { CancelTimer, Clock } from '@tapps-agents/fs-atomic';
import { Crowd, type Member } from './crowd.ts';

/** What is to be done at a time, unless it is called off. */
export class Deadline implements Member {
  place = -1;
  readonly run: () => void;
  /** By the monotonic clock. */
  readonly due_ms: number;

  constructor(run: () => void, due_ms: number) {
    this.run = run;
    this.due_ms = due_ms;
  }
}

/**
 * Times that come and go with every message, and hardly ever come: how long a handler may run, how long a delivery is in hand. One timer of
 * the clock serves all of them, as one for each costs as much as a system call. It is set for the first that is due, is not taken back when
 * that is called off, and keeps no process from ending: whoever has something in hand does.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #open = new Crowd<Deadline>();
  #timer: { readonly due_ms: number; readonly cancel: CancelTimer } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `run` is called after so long, unless the deadline is called off before. */
  set(run: () => void, delay_ms: number): Deadline {
    const now_ms = this.#clock.monotonic();
    const deadline = new Deadline(run, now_ms + delay_ms);
    this.#open.add(deadline);
    this.#wakeFor(deadline.due_ms, now_ms);
    return deadline;
  }

  /** It is not to come any more; nothing where it has come. */
  callOff(deadline: Deadline): void {
    this.#open.delete(deadline);
  }

  /** Nothing is waited for any more. */
  close(): void {
    for (const deadline of this.#open) this.#open.delete(deadline);
    this.#timer?.cancel();
    this.#timer = null;
  }

  #wakeFor(due_ms: number, now_ms: number): void {
    if (this.#timer !== null && this.#timer.due_ms <= due_ms) return;
    this.#timer?.cancel();
    const cancel = this.#clock.setTimer(this.#look, due_ms - now_ms, { background: true });
    this.#timer = { due_ms, cancel };
  }

  readonly #look = (): void => {
    this.#timer = null;
    const now_ms = this.#clock.monotonic();
    const due = [...this.#open].filter(({ due_ms }) => due_ms <= now_ms);
    for (const deadline of due.toSorted((one, other) => one.due_ms - other.due_ms)) {
      if (deadline.place < 0) continue; // One before it has called it off.
      this.#open.delete(deadline);
      deadline.run();
    }
    let next_ms = Number.POSITIVE_INFINITY;
    for (const { due_ms } of this.#open) next_ms = Math.min(next_ms, due_ms);
    if (next_ms < Number.POSITIVE_INFINITY) this.#wakeFor(next_ms, now_ms);
  };
}
