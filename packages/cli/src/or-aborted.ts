/**
 * What is waited for, or as soon as the signal aborts, a rejection with what `reason` makes. What goes on is not stopped: it is only
 * not waited for any more, as where a terminal may never say anything.
 */
export function orAborted<T>(running: Promise<T>, signal: AbortSignal, reason: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(reason());
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted, { once: true });
    running.finally(() => signal.removeEventListener('abort', aborted)).then(resolve, reject);
  });
}
