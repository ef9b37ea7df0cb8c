import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { WineError } from './wine-error.ts';

/** A program to run to its end. */
export interface CommandToRun {
  readonly name: string;
  readonly file: string;
  readonly arguments: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where its output goes, as `NAME.out` and `NAME.err`: Node for Windows under Wine cannot write to the pipes of this system. */
  readonly logs: string;
  /** It and what it started is killed after so long. */
  readonly limit_ms: number;
  /** Kills it, and what it started, before that. */
  readonly signal?: AbortSignal;
}

/** How a program ended. */
export interface CommandResult {
  /** Null when it was killed. */
  readonly exitCode: number | null;
  readonly isLate: boolean;
  readonly output: string;
  readonly complaints: string;
}

/** Runs a program in a process group of its own, with files as its output. */
export async function runCommand(command: CommandToRun): Promise<CommandResult> {
  const [out, err] = ['out', 'err'].map((end) => path.join(command.logs, `${command.name}.${end}`)) as [
    string,
    string,
  ];
  const descriptors = [openSync(out, 'w'), openSync(err, 'w')] as const;
  let isLate = false;
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(command.file, [...command.arguments], {
        cwd: command.cwd,
        env: command.env,
        stdio: ['ignore', ...descriptors],
        detached: true,
      });
      const end = (): void => endGroup(child.pid);
      const timer = setTimeout(() => {
        isLate = true;
        end();
      }, command.limit_ms);
      process.once('exit', end);
      command.signal?.addEventListener('abort', end, { once: true });
      const forget = (): void => {
        clearTimeout(timer);
        process.off('exit', end);
        command.signal?.removeEventListener('abort', end);
      };
      child.once('error', (cause) => {
        forget();
        reject(new WineError(`${command.file} cannot be started.`, { cause }));
      });
      child.once('exit', (code) => {
        forget();
        resolve(code);
      });
    });
    return { exitCode, isLate, output: readFileSync(out, 'utf8'), complaints: readFileSync(err, 'utf8') };
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

/** As `runCommand`, for what must succeed; throws with what it complained about. */
export async function mustRun(command: CommandToRun): Promise<string> {
  const { exitCode, isLate, output, complaints } = await runCommand(command);
  if (exitCode === 0) return output;
  const how = isLate ? `took more than ${command.limit_ms} ms` : `ended with ${exitCode ?? 'a signal'}`;
  throw new WineError(`${command.name} ${how}:\n${(complaints + output).trim().slice(-2_000)}`);
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
