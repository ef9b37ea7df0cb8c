import type { Timing } from './operation.ts';

/** How long a call takes, by the clock and of all processors. */
export async function timed(count: number, call: () => Promise<void> | void): Promise<Timing> {
  const processor = process.cpuUsage();
  const began_ms = performance.now();
  await call();
  const wall_us = (performance.now() - began_ms) * 1_000;
  const { user, system } = process.cpuUsage(processor);
  return { count, wall_us, processor_us: user + system };
}
