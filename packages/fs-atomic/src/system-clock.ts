import type { CancelTimer, Clock } from './clock.ts';

/** The longest delay that setTimeout takes; above it, node fires after 1 ms (node docs, "setTimeout"). */
const longestTimer_ms = 2 ** 31 - 1;

/**
 * The clock of this computer. `monotonic` is node's performance clock (CLOCK_MONOTONIC on Linux): it stands still
 * while the computer is suspended. `uptime` is the same clock without a beginning of its own: libuv's uv_hrtime reads
 * CLOCK_MONOTONIC, which clock_gettime(2) calls system-wide.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  uptime: () => Number(process.hrtime.bigint() / 1_000_000n),
  setTimer: (run, delay_ms, options) => startTimer(run, delay_ms, options?.background ?? false),
};

function startTimer(run: () => void, delay_ms: number, background: boolean): CancelTimer {
  let timer: NodeJS.Timeout;
  const arm = (left_ms: number): void => {
    const step_ms = Math.min(left_ms, longestTimer_ms);
    timer = setTimeout(() => (left_ms > step_ms ? arm(left_ms - step_ms) : run()), step_ms);
    if (background) timer.unref();
  };
  arm(Math.max(0, delay_ms));
  return () => clearTimeout(timer);
}
