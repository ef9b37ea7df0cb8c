import { callsUnderWay } from '../thread-pool.ts';
import type { CancelTimer, Clock } from '../clock.ts';

/** Where a `ManualClock` starts. */
export interface ManualClockOptions {
  /** Wall clock, milliseconds since 1970; default 2026-01-01T00:00:00Z. */
  readonly now_ms?: number;
  /** Default 1,000. */
  readonly monotonic_ms?: number;
}

interface Timer {
  readonly due_ms: number;
  readonly sequence: number;
  readonly run: () => void;
}

/** The real one: fake timers put another into its place. */
const nextTurn = setImmediate;

function turn(): Promise<void> {
  return new Promise((resolve) => {
    nextTurn(resolve);
  });
}

/** A clock that moves only when a test moves it. */
export class ManualClock implements Clock {
  #now_ms: number;
  #monotonic_ms: number;
  #sequence = 0;
  readonly #timers = new Set<Timer>();
  #onTimer: (() => void)[] = [];

  constructor(options: ManualClockOptions = {}) {
    this.#now_ms = options.now_ms ?? Date.UTC(2026, 0, 1);
    this.#monotonic_ms = options.monotonic_ms ?? 1_000;
  }

  now(): number {
    return this.#now_ms;
  }

  monotonic(): number {
    return this.#monotonic_ms;
  }

  setTimer(run: () => void, delay_ms: number): CancelTimer {
    const timer = {
      run,
      due_ms: this.#monotonic_ms + Math.max(0, delay_ms),
      sequence: (this.#sequence += 1),
    };
    this.#timers.add(timer);
    for (const resolve of this.#onTimer.splice(0)) resolve();
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** How many timers have been set and neither fired nor been cancelled. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer is due; null when there is none. */
  get nextTimer_ms(): number | null {
    const next = this.#next();
    return next === undefined ? null : Math.max(0, next.due_ms - this.#monotonic_ms);
  }

  /**
   * Moves both clocks forward, firing each timer at its own time, in order. After each, everything is let run before time goes on
   * (see `settle`), so a timer that is set again fires again.
   */
  async advance(by_ms: number): Promise<void> {
    const end_ms = this.#monotonic_ms + by_ms;
    await this.settle();
    for (let next = this.#next(); next !== undefined && next.due_ms <= end_ms; next = this.#next()) {
      this.#move(next.due_ms - this.#monotonic_ms);
      this.#timers.delete(next);
      next.run();
      await this.settle();
    }
    this.#move(end_ms - this.#monotonic_ms);
    await this.settle();
  }

  /** Moves both clocks without firing a timer: what a blocked event loop or a stopped process lives through. */
  freeze(for_ms: number): void {
    this.#move(for_ms);
  }

  /** Sets the wall clock alone, forward or back, as an administrator or NTP does. */
  setWall(now_ms: number): void {
    this.#now_ms = now_ms;
  }

  /** Resolves once a timer is set after this call: the way to wait until the code under test waits. */
  timerSet(): Promise<void> {
    return new Promise((resolve) => {
      this.#onTimer.push(resolve);
    });
  }

  /** Lets everything run that does not wait for time or for a flush: what goes on in the background is waited for. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < 3; turns += 1) {
      await turn();
      while (callsUnderWay() > 0) await turn();
    }
  }

  #move(by_ms: number): void {
    this.#monotonic_ms += Math.max(0, by_ms);
    this.#now_ms += Math.max(0, by_ms);
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      const earlier =
        next === undefined ||
        timer.due_ms < next.due_ms ||
        (timer.due_ms === next.due_ms && timer.sequence < next.sequence);
      if (earlier) next = timer;
    }
    return next;
  }
}
