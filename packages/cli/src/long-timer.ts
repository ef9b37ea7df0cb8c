/** The longest delay that setTimeout takes; above it, node fires after 1 ms (node docs, "setTimeout"). */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls `run` once after `delay_ms`, which may be years. What it returns cancels that; safe to call also afterwards. */
export function startTimer(run: () => void, delay_ms: number): () => void {
  let timer: NodeJS.Timeout;
  const arm = (left_ms: number): void => {
    const step_ms = Math.min(left_ms, LONGEST_MS);
    timer = setTimeout(() => (left_ms > step_ms ? arm(left_ms - step_ms) : run()), step_ms);
  };
  arm(delay_ms);
  return () => clearTimeout(timer);
}

/** Settles after `delay_ms`, which may be years, or as soon as the signal aborts; it never rejects. */
export function pauseUnlessAborted(delay_ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = startTimer(end, delay_ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
