import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fleet, Member } from './fleet.ts';

/** The unit of times in /proc/PID/stat, which is 100 a second on every Linux that node runs on (sysconf(_SC_CLK_TCK)). */
const TICK_MS = 10;

/** Samples the memory of all processes, where the system tells (/proc). */
export class MemorySampler {
  /** The most that any one process had, in bytes, by role. */
  readonly peak_bytes = { producer: 0, consumer: 0 };
  #samples = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(fleet: Fleet) {
    this.#timer = setInterval(() => {
      for (const member of fleet.living) this.#sample(member);
    }, 1_000);
  }

  get samples(): number {
    return this.#samples;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sample({ role, pid }: Member): void {
    const resident = /^VmRSS:\s*(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1];
    if (resident === undefined) return;
    this.#samples += 1;
    this.peak_bytes[role] = Math.max(this.peak_bytes[role], Number(resident) * 1_024);
  }
}

/** How much of one core a process uses, on average of these, in percent; null where the system does not tell. */
export async function measureIdle(pids: readonly number[], time_ms: number): Promise<number | null> {
  if (time_ms === 0) return null;
  const used = (): (number | null)[] => pids.map(usedTime_ms);
  const before = used();
  const began_ms = performance.now();
  await pause(time_ms);
  const passed_ms = performance.now() - began_ms;
  const shares = used().flatMap((after_ms, index) => {
    const before_ms = before[index];
    return after_ms === null || before_ms === null || before_ms === undefined
      ? []
      : [(after_ms - before_ms) / passed_ms];
  });
  return shares.length === 0 ? null : (100 * shares.reduce((sum, share) => sum + share, 0)) / shares.length;
}

/** The processor time that a process has used, in milliseconds; null where the system does not tell. */
function usedTime_ms(pid: number): number | null {
  const fields = /^.*\) (.*)$/s.exec(read(`/proc/${pid}/stat`))?.[1]?.split(' ');
  return fields === undefined ? null : (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
