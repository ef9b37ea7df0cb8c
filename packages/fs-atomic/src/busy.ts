import type { Awaitable } from './file-system.ts';
import type { Clock } from './clock.ts';
import { systemErrorCode } from './errors.ts';
import { wait } from './wait.ts';

/** How long, and by which rules, a busy file is waited for. */
export interface BusyOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Only `win32` retries. */
  readonly platform: NodeJS.Platform;
  /** How long it goes on trying, in all. */
  readonly busy_ms: number;
  /** A number in [0, 1); default Math.random. */
  readonly random?: () => number;
}

const longestPause_ms = 200;

/**
 * Repeats a rename, a removal or a creation while Windows says EPERM, EBUSY or EACCES, until it succeeds or `busy_ms` is over:
 * there, a file that a virus scanner, an indexer or a reader has open for a moment can be neither replaced nor
 * removed (ERROR_SHARING_VIOLATION is EBUSY, ERROR_ACCESS_DENIED is EPERM: libuv, src/win/error.c). On POSIX
 * these codes are final and are thrown at once.
 */
export function retryWhileBusy<T>(attempt: () => Awaitable<T>, options: BusyOptions): Awaitable<T> {
  return options.platform === 'win32' ? retry(attempt, options) : attempt();
}

async function retry<T>(attempt: () => Awaitable<T>, options: BusyOptions): Promise<T> {
  const { clock, signal, random = Math.random } = options;
  const deadline_ms = clock.monotonic() + options.busy_ms;
  for (let longest_ms = 10; ; longest_ms = Math.min(longest_ms * 2, longestPause_ms)) {
    try {
      return await attempt();
    } catch (error) {
      const left_ms = deadline_ms - clock.monotonic();
      if (!isBusy(error) || left_ms <= 0) throw error;
      await wait(Math.min(1 + random() * longest_ms, left_ms), clock, signal);
    }
  }
}

/** A file that is in use holds up those behind it, but not each of a hundred for as long again. */
const leastPatience_ms = 50;

/** For one file of a batch whose files share one deadline: what is left until then, and at least a moment. */
export function withTimeLeft<T extends BusyOptions>(options: T, deadline_ms: number): T {
  if (options.platform !== 'win32') return options;
  const left_ms = Math.max(leastPatience_ms, deadline_ms - options.clock.monotonic());
  return { ...options, busy_ms: Math.min(options.busy_ms, left_ms) };
}

/** Whether an error is one of those that pass on Windows. */
export function isBusy(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code === 'EPERM' || code === 'EBUSY' || code === 'EACCES';
}
