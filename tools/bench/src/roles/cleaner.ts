import { setTimeout } from 'node:timers/promises';
import { openQueue } from '@tapps-agents/queue';
import { fillLedger } from '../ledger-files.ts';
import type { Verbs } from '../verbs.ts';

/** The longest time that the event loop stood still, give or take the millisecond of the timer that looks. */
export interface Pause {
  readonly wall_ms: number;
  /** What all threads of the process used of processors in that time: more than the time itself where several were at work. */
  readonly processor_ms: number;
  readonly removed: number;
  readonly took_ms: number;
}

/** Lets retention remove a ledger while a timer looks how long the event loop stands still. */
export async function cleaner({ directory }: { readonly directory: string }): Promise<Verbs> {
  const queue = await openQueue({
    root: directory,
    retention: { interval: 2_000_000_000, processedMaxCount: 0, processedMaxAge: null },
  });
  return {
    remember: (count) => fillLedger(directory, count),
    retain: () => watched(async () => (await queue.operations.retain())?.processed ?? 0),
    /** The same look at a process that does nothing: what the machine itself adds. */
    rest: (milliseconds) =>
      watched(async () => {
        await setTimeout(milliseconds);
        return 0;
      }),
  };
}

async function watched(call: () => Promise<number>): Promise<Pause> {
  let [wall_ms, processor_ms] = [0, 0];
  let last = look();
  const timer = setInterval(() => {
    const now = look();
    const gap_ms = now.now_ms - last.now_ms;
    if (gap_ms > wall_ms) {
      wall_ms = gap_ms;
      processor_ms = (now.used.user + now.used.system - last.used.user - last.used.system) / 1_000;
    }
    last = now;
  }, 1);
  const began_ms = performance.now();
  const removed = await call();
  await setTimeout(2); // The gap that the call ended in counts too.
  clearInterval(timer);
  return { wall_ms, processor_ms, removed, took_ms: performance.now() - began_ms };
}

function look(): { readonly now_ms: number; readonly used: NodeJS.CpuUsage } {
  return { now_ms: performance.now(), used: process.cpuUsage() };
}
