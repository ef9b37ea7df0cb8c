import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { ByteHead } from './byte-head.ts';
import { TextTail } from './text-tail.ts';

/** Most bytes of standard output that are kept, from its beginning. */
export const MOST_OUTPUT_BYTES = 1_048_576;

/** Most bytes of standard error that are kept, from its end. */
export const MOST_ERROR_BYTES = 16_384;

/** A command to run, as a program and its arguments; no shell ever sees them. */
export interface Command {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input: string;
  /** Aborted: the command is to stop. It gets SIGTERM, and SIGKILL when it has not ended `killAfter_ms` later. */
  readonly stop: AbortSignal;
  /** Aborted: it gets SIGKILL at once. */
  readonly kill: AbortSignal;
  readonly killAfter_ms: number;
  /** Called when it is told to stop, with the end of what it has written to standard error by then. */
  readonly onStop?: (errorTail: string) => void;
  /** Called with what it writes to standard error, as it comes. */
  readonly onError?: (chunk: Uint8Array) => void;
}

/** How a command ended. */
export interface Ending {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: ByteHead;
  /** The end of its standard error. */
  readonly errorTail: string;
}

/** How long output is awaited from processes that the command left behind with its pipes still open. */
const DRAIN_MS = 1_000;

/**
 * Runs a command in a process group of its own (so that Ctrl-C reaches only the worker, which then decides, and so that
 * stopping it stops its children too) and settles when it has ended. Rejects where it cannot be started.
 */
export function runCommand(command: Command): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.file, [...command.arguments], {
      cwd: command.cwd,
      env: { ...command.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      shell: false,
      windowsHide: true,
      detached: OWN_GROUP,
    });
    const output = new ByteHead(MOST_OUTPUT_BYTES);
    const errors = new TextTail(MOST_ERROR_BYTES);
    child.stdout.on('data', (chunk: Uint8Array) => output.add(chunk));
    child.stderr.on('data', (chunk: Uint8Array) => {
      errors.add(chunk);
      command.onError?.(chunk);
    });
    // A command need not read its input; that it closed it early is no failure.
    child.stdin.on('error', () => undefined);
    child.stdin.end(command.input);

    const release = guard(child, command, () => command.onStop?.(errors.text()));
    child.once('error', (error) => {
      release();
      reject(error);
    });
    child.once('exit', () => {
      release();
      const drained = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, DRAIN_MS);
      child.once('close', () => clearTimeout(drained));
    });
    child.once('close', (exitCode, signal) =>
      resolve({ exitCode, signal, output, errorTail: errors.text() }),
    );
  });
}

/** Windows has no process groups; there, only the command itself is stopped. */
const OWN_GROUP = process.platform !== 'win32';

/** Commands that run now: should this process have to end at once, it takes them with it. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});

/** Ends the command when it is to stop, and tells; returns what ends this guard, once the command has ended. */
function guard(child: ChildProcess, { stop, kill, killAfter_ms }: Command, onStop: () => void): () => void {
  let pending: NodeJS.Timeout | undefined;
  const stopNow = (): void => {
    signalGroup(child, 'SIGTERM');
    onStop();
    pending = setTimeout(() => signalGroup(child, 'SIGKILL'), killAfter_ms);
  };
  const killNow = (): void => signalGroup(child, 'SIGKILL');
  running.add(child);
  if (stop.aborted) stopNow();
  else stop.addEventListener('abort', stopNow, { once: true });
  if (kill.aborted) killNow();
  else kill.addEventListener('abort', killNow, { once: true });
  return () => {
    running.delete(child);
    stop.removeEventListener('abort', stopNow);
    kill.removeEventListener('abort', killNow);
    if (pending === undefined) return;
    // It was told to stop and did; whatever of its group is still there goes with it.
    clearTimeout(pending);
    signalGroup(child, 'SIGKILL');
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (OWN_GROUP) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // ESRCH: all of it has ended already, which is what was wanted.
  }
}
