import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Assignment } from './assignment.ts';

const living = new Set<ChildProcess>();

// Whoever ends this program, nobody is left behind.
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** The processes of a round. */
export class Children {
  readonly #children: readonly ChildProcess[];

  constructor(assignments: readonly Assignment[]) {
    this.#children = assignments.map((assignment) => start(assignment));
  }

  /** Whether all of them have ended by themselves. */
  get haveEnded(): boolean {
    return this.#children.every((child) => !living.has(child));
  }

  /** Stops all of them, and returns when none does anything any more. */
  async stop(): Promise<void> {
    for (const child of this.#children) child.kill('SIGSTOP');
    // What a system call has begun it may finish first; nobody hears of it.
    for (const child of this.#children) while (isRunning(child)) await pause(1);
  }

  /** Kills all of them, and returns when they are gone. */
  async kill(): Promise<void> {
    await Promise.all(this.#children.map((child) => kill(child)));
  }
}

/** Runs one process to its end. Null when it succeeded, else what went wrong. */
export async function runToItsEnd(assignment: Assignment, limit_s: number): Promise<string | null> {
  const child = start(assignment);
  const ended = new Promise<string | null>((resolve) => {
    child.on('exit', (code, signal) => resolve(code === 0 ? null : `it ended with ${code ?? signal}`));
  });
  const timer = new AbortController();
  const late = pause(limit_s * 1_000, `it did not end within ${limit_s} s`, { signal: timer.signal });
  late.catch(() => undefined);
  const outcome = await Promise.race([ended, late]);
  timer.abort();
  await kill(child);
  return outcome;
}

function start(assignment: Assignment): ChildProcess {
  const program = join(import.meta.dirname, 'child.js');
  const child = spawn(process.execPath, [program, JSON.stringify(assignment)], { stdio: 'ignore' });
  living.add(child);
  child.on('exit', () => living.delete(child));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (!living.has(child)) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** By the state of its main thread, where all that it says is said: proc_pid_stat(5), T is stopped and Z dead. */
function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  if (exitCode !== null || signalCode !== null) return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !['T', 'Z'].includes(stat.charAt(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}
