import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits for what another process does to the disk; for what this process does, await its events instead. Looks every few
 * milliseconds, and fails with `what` when it has not come true within `deadline_ms`.
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadline_ms = 60_000,
): Promise<void> {
  const end_ms = performance.now() + deadline_ms;
  while (!(await condition())) {
    if (performance.now() > end_ms) throw new Error(`Waited ${deadline_ms} ms in vain for: ${what}`);
    await pause(5);
  }
}
