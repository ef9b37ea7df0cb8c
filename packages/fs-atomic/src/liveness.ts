import { systemErrorCode } from './errors.ts';
import type { FileSystem } from './file-system.ts';
import { readProcessStat } from './proc.ts';
import type { ProcessStat } from './proc.ts';
import { startTime } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** What is recorded about the process in question; `pid` is null where no process stands behind it. */
export type RecordedProcess = Omit<ProcessIdentity, 'pid'> & { readonly pid: number | null };

/** How processes are looked at; a port so that tests can show any process. */
export interface ProcessProbe {
  /** False only if there certainly is no process of that id. */
  exists(pid: number): boolean;
  /** Null where nothing is known. */
  stat(pid: number): ProcessStat | null;
}

/**
 * Whether a process is certainly dead. False means "not proven": the process may live, may run on another computer,
 * or the system may not tell.
 *
 * Proof needs the same host, boot and pid namespace, because only there the pid means the same process; and then one of:
 * there is no such pid (kill(2): ESRCH; EPERM means that it exists); the pid's process started at another time,
 * so the pid was given to a new one; it is a zombie without living threads (proc_pid_stat(5), states Z and X: it
 * executes nothing any more and only waits to be collected). A missing /proc/<pid> proves nothing, as mounts
 * with `hidepid` hide the living (proc(5)). There is no proof on macOS, and on Windows see `isReleased`.
 */
export function proveDead(
  record: RecordedProcess,
  thisProcess: ProcessIdentity,
  probe: ProcessProbe = systemProbe,
): boolean {
  const pid = pidHere(record, thisProcess);
  if (pid === null) return false;
  if (!probe.exists(pid)) return true;
  if (thisProcess.process_started === null) return false;
  const stat = probe.stat(pid);
  if (stat === null) return false;
  return hasEnded(stat) || startedAtAnotherTime(record.process_started, startTime(stat.started));
}

/** Whether a process certainly runs at this moment: the very one, on this computer. False means "not proven", as above. */
export function proveAlive(
  record: RecordedProcess,
  thisProcess: ProcessIdentity,
  probe: ProcessProbe = systemProbe,
): boolean {
  const pid = pidHere(record, thisProcess);
  const stat = pid !== null && probe.exists(pid) ? probe.stat(pid) : null;
  return stat !== null && !hasEnded(stat) && record.process_started === startTime(stat.started);
}

/** The id by which this system knows a recorded process; null where it means nothing here. */
function pidHere(record: RecordedProcess, thisProcess: ProcessIdentity): number | null {
  const { pid } = record;
  const isPid = pid !== null && Number.isSafeInteger(pid) && pid > 0;
  return isPid && sharesProcesses(record, thisProcess) ? pid : null;
}

function hasEnded({ state, threads }: ProcessStat): boolean {
  return (state === 'Z' || state === 'X') && threads <= 1;
}

/**
 * Windows: whether the file that a living owner holds open exclusively can be opened. The system closes it with the
 * process, however that ends. False where the platform has no exclusive files, and where there is no such file.
 */
export async function isReleased(path: string, fileSystem: FileSystem): Promise<boolean> {
  try {
    // Opening creates, and a file that never existed proves nothing.
    await fileSystem.status(path);
    const file = await fileSystem.holdExclusively(path);
    if (file === null) return false;
    await file.close();
    return true;
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return false;
  }
}

function sharesProcesses(record: RecordedProcess, thisProcess: ProcessIdentity): boolean {
  return (
    record.host === thisProcess.host &&
    record.boot_id !== null &&
    record.boot_id === thisProcess.boot_id &&
    record.pid_namespace !== null &&
    record.pid_namespace === thisProcess.pid_namespace
  );
}

/** Times of different time namespaces cannot be compared. */
function startedAtAnotherTime(recorded: string | null, found: string): boolean {
  if (recorded === null || recorded === found) return false;
  return recorded.split('@')[1] === found.split('@')[1];
}

const systemProbe: ProcessProbe = {
  exists(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return systemErrorCode(error) !== 'ESRCH';
    }
  },
  stat: readProcessStat,
};
