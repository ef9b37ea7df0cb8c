/** Cancels a timer; safe to call more than once, also after it fired. */
export type CancelTimer = () => void;

/** Time, as a port: tests hand in a clock that they move themselves. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. For names and records that people read; safety never rests on it. */
  now(): number;
  /** Milliseconds on a clock that only moves forward. All waiting and all lease arithmetic uses it. */
  monotonic(): number;
  /**
   * Milliseconds on a monotonic clock that all processes of this computer share until it is started anew; left out where
   * there is none. Only what was read from it in the same boot and time namespace may be compared with it.
   */
  uptime?(): number;
  /**
   * Calls `run` once after `delay_ms`. `background` timers do not keep the process alive (default: they do).
   */
  setTimer(run: () => void, delay_ms: number, options?: { readonly background?: boolean }): CancelTimer;
}
