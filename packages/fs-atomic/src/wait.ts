import type { Clock } from './clock.ts';

/** Resolves after `delay_ms` on the clock; rejects with `signal.reason` as soon as the signal aborts. */
export function wait(delay_ms: number, clock: Clock, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- an abort hands on the caller's own reason
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      cancel();
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- an abort hands on the caller's own reason
      reject(signal?.reason);
    };
    const cancel = clock.setTimer(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, delay_ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
