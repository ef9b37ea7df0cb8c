import type { SimulatedProcess } from './simulated-process.ts';
import { systemError } from './system-error.ts';

/*
 * The little of /proc that the code under test reads: which boot this is, and when a process started. A boot has an id of its
 * own, so nothing is proven about the processes of an earlier one; a pid may be given to a new process, which started later.
 */

/** The text of a file of /proc, as this process sees it. */
export function procFile(path: string, reader: SimulatedProcess, hasProc: boolean): string {
  if (hasProc && path === '/proc/sys/kernel/random/boot_id') return `boot-${reader.machine.crashes}\n`;
  const pid = /^\/proc\/(self|\d+)\/stat$/.exec(path)?.[1];
  const found = pid === 'self' ? reader : reader.machine.processes.get(Number(pid));
  if (!hasProc || found === undefined || found.state === 'dead') throw systemError('ENOENT', 'open', path);
  const untold = '0 '.repeat(16);
  return `${found.pid} (node) ${found.state === 'stopped' ? 'T' : 'S'} ${untold}1 0 ${found.started}\n`;
}

/** Where a link of /proc leads. */
export function procLink(path: string, hasProc: boolean): string {
  const kind = /^\/proc\/self\/ns\/(pid|time)$/.exec(path)?.[1];
  if (!hasProc || kind === undefined) throw systemError('ENOENT', 'readlink', path);
  return `${kind}:[1]`;
}
