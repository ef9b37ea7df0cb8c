const listenersOf = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `run` when a signal is aborted that many wait for at once, such as a session's, to which each message in hand listens: one
 * listener of the signal for all of them. Adding one to the signal itself, and taking it away, costs as much as a system call.
 */
export function onAbort(signal: AbortSignal, run: () => void): void {
  let listeners = listenersOf.get(signal);
  if (listeners === undefined) {
    const all = (listeners = new Set());
    listenersOf.set(signal, all);
    signal.addEventListener('abort', () => [...all].forEach((listener) => listener()), { once: true });
  }
  listeners.add(run);
}

/** It is not to be called any more. */
export function offAbort(signal: AbortSignal, run: () => void): void {
  listenersOf.get(signal)?.delete(run);
}
