import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { findCommand } from './install-wine.ts';
import { WineError } from './wine-error.ts';

const patience_ms = 30_000;

/**
 * Ends the processes of one Windows, and no others: as Wine does it (`wineserver -k`), and then, one by one, those that have
 * its folder in their environment and are still there. Throws if one cannot be ended.
 */
export function endProcessesOf(env: NodeJS.ProcessEnv, prefix: string): void {
  const wineserver = findCommand('wineserver') ?? '/usr/lib/wine/wineserver';
  for (const option of ['-k', '-w'])
    spawnSync(wineserver, [option], { env, stdio: 'ignore', timeout: patience_ms });
  const deadline_ms = performance.now() + patience_ms;
  for (let left = processesOf(prefix); left.length > 0; left = processesOf(prefix)) {
    if (performance.now() > deadline_ms)
      throw new WineError(`Processes of ${prefix} cannot be ended: ${left.join(', ')}.`);
    for (const pid of left) kill(pid);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
}

/** The processes that have a folder as their Windows: what is said by /proc/PID/environ. The dead that nobody waited for are none. */
export function processesOf(prefix: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && environmentOf(pid).includes(`WINEPREFIX=${prefix}`));
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return []; // It has ended, or is somebody else's.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
