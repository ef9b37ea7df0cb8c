import { Crowd, type Member } from '../crowd.ts';

/** Who waits for a signal. */
export class AbortListener implements Member {
  place = -1;
  readonly run: () => void;

  constructor(run: () => void) {
    this.run = run;
  }
}

const listenersOf = new WeakMap<AbortSignal, Crowd<AbortListener>>();

/**
 * Calls `run` when a signal is aborted that many wait for at once, such as a session's, to which each message in hand listens: one
 * listener of the signal for all of them. Adding one to the signal itself, and taking it away, costs as much as a system call. They are
 * called in no particular order.
 */
export function onAbort(signal: AbortSignal, run: () => void): AbortListener {
  let listeners = listenersOf.get(signal);
  if (listeners === undefined) {
    const all = (listeners = new Crowd());
    listenersOf.set(signal, all);
    signal.addEventListener('abort', () => [...all].forEach((listener) => listener.run()), { once: true });
  }
  const listener = new AbortListener(run);
  listeners.add(listener);
  return listener;
}

/** It is not to be called any more. */
export function offAbort(signal: AbortSignal, listener: AbortListener): void {
  listenersOf.get(signal)?.delete(listener);
}
