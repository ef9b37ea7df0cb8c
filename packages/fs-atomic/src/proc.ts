// oxlint-disable-next-line no-restricted-imports -- /proc is the kernel's, not storage: no port, no faults to inject
import { readFileSync, readlinkSync } from 'node:fs';

/** What `/proc/<pid>/stat` tells of a process. */
export interface ProcessStat {
  readonly pid: number;
  /** One letter: `R`, `S`, `Z` for a zombie, `X` for dead, ... */
  readonly state: string;
  readonly threads: number;
  /** Start time in clock ticks since boot, as the time namespace of the reader counts them. */
  readonly started: string;
}

/** The random id of this boot of the kernel (random(4)); null where there is no /proc. */
export function readBootId(): string | null {
  return quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
}

/** The identity of a namespace of this process, such as `pid:[4026531836]` (namespaces(7)). */
export function readNamespace(kind: 'pid' | 'time'): string | null {
  return quietly(() => readlinkSync(`/proc/self/ns/${kind}`));
}

/** Reads `/proc/<pid>/stat`; null when it is not readable, which proves nothing: hidepid hides the living too. */
export function readProcessStat(pid: number | 'self'): ProcessStat | null {
  return quietly(() => parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'latin1')));
}

/**
 * Takes `/proc/<pid>/stat` apart (proc_pid_stat(5)). The second field is the name of the program in parentheses and may
 * hold blanks and parentheses itself, so the rest is counted from the last one.
 */
export function parseProcessStat(text: string): ProcessStat | null {
  const end = text.lastIndexOf(')');
  const pid = Number.parseInt(text, 10);
  const fields = text
    .slice(end + 1)
    .trim()
    .split(/\s+/);
  const firstField = 3;
  const [state, threads, started] = [fields[0], fields[20 - firstField], fields[22 - firstField]];
  if (end < 0 || !Number.isInteger(pid) || !state || !threads || !started) return null;
  return { pid, state, threads: Number(threads), started };
}

function quietly<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
