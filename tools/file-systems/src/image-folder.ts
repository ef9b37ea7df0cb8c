import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { releaseAll } from './mounts.ts';

/*
 * Everything of an image lies in one folder of the system's temporary directory, whose name tells which process made it:
 * tapps-image-<pid>-<start of the process>-<random>. Whatever is mounted there or shown by a loop device belongs to it, so
 * that it can be cleaned up by whoever finds it after a kill.
 */

const namePattern = /^tapps-image-(\d+)-(\d+)-\w+$/;
const own = new Set<string>();
let isPrepared = false;

/** Makes a folder that is released and removed when the process ends, if not before by `removeImageFolder`. */
export function makeImageFolder(): string {
  if (!isPrepared) {
    isPrepared = true;
    removeLeftovers();
  }
  const parent = realpathSync(tmpdir());
  const folder = mkdtempSync(join(parent, `tapps-image-${process.pid}-${startOf('self')}-`));
  chmodSync(folder, 0o711); // Processes of other users may work in it.
  if (own.size === 0) watchForTheEnd();
  own.add(folder);
  return folder;
}

/** Unmounts, detaches and removes all that is in the folder; throws when something of it stays behind. */
export function removeImageFolder(folder: string): void {
  const failures = releaseAll(folder);
  // Never through a mount that would not go.
  if (failures.length === 0) rmSync(folder, { recursive: true, force: true });
  own.delete(folder);
  if (own.size === 0) stopWatchingForTheEnd();
  if (failures.length > 0) throw new AggregateError(failures, `Could not release all of ${folder}.`);
}

/** Cleans up after processes that were killed: their folders are known by name, and their pid is another's or nobody's. */
export function removeLeftovers(): void {
  const parent = realpathSync(tmpdir());
  for (const name of readdirSync(parent)) {
    const [, pid, start] = namePattern.exec(name) ?? [];
    if (pid === undefined || startOf(pid) === start) continue;
    const folder = join(parent, name);
    try {
      if (lstatSync(folder).uid !== process.getuid?.()) continue;
      if (releaseAll(folder).length === 0) rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another process found it too and was faster, or the next run tries again.
    }
  }
}

/** When a process started, in clock ticks since boot (proc_pid_stat(5), field 22); null when there is none. */
function startOf(pid: string): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[22 - 3] ?? null;
  } catch {
    return null;
  }
}

const ends = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function watchForTheEnd(): void {
  process.on('exit', removeAll);
  for (const signal of ends) process.on(signal, endBySignal);
}

function stopWatchingForTheEnd(): void {
  process.off('exit', removeAll);
  for (const signal of ends) process.off(signal, endBySignal);
}

function endBySignal(_signal: NodeJS.Signals, number: number): void {
  process.exit(128 + number); // `exit` follows, and cleans up.
}

function removeAll(): void {
  for (const folder of own) {
    try {
      removeImageFolder(folder);
    } catch (error) {
      console.error(error);
    }
  }
}
