import { hostname } from 'node:os';
import { readBootId, readNamespace, readProcessStat } from './proc.ts';

/** Which process, of which boot, of which computer. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Differs after each start of the computer; null where the system does not tell (all but Linux). */
  readonly boot_id: string | null;
  /** In which pid namespace `pid` is counted; null where the system does not tell. */
  readonly pid_namespace: string | null;
  /**
   * When the process started, `<clock ticks since boot>@<time namespace>`, to be compared for equality only; null where
   * the system does not tell.
   */
  readonly process_started: string | null;
}

/** The facts of this process. */
export function processIdentity(): ProcessIdentity {
  const stat = readProcessStat('self');
  // A container may show the /proc of another pid namespace; then nothing in it is about the pids we know.
  const procIsOurs = stat !== null && stat.pid === process.pid;
  return {
    pid: process.pid,
    host: hostname(),
    boot_id: readBootId(),
    pid_namespace: readNamespace('pid'),
    process_started: procIsOurs ? startTime(stat.started) : null,
  };
}

/** A start time as it is recorded: time_namespaces(7) shift what /proc tells, so the namespace belongs to it. */
export function startTime(ticks: string): string {
  return `${ticks}@${readNamespace('time') ?? 'time'}`;
}
