import { run } from '../../../../packages/cli/src/cli.ts';
import type { Io } from '../../../../packages/cli/src/io.ts';
import { mustBeTerminalSafe } from '../rules/terminal.ts';
import { Violation } from '../target.ts';

/** Fine, failed, wrong use, nothing matched, findings, partly done. */
const EXIT_CODES = new Set([0, 1, 2, 3, 4, 5]);

/** Runs a command of the cli on `messages` in a directory: what it prints is safe, and what fails has a code. */
export async function runCommand(command: readonly string[], cwd: string): Promise<void> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const never = new AbortController().signal;
  const io: Io = {
    stdout: sinkTo(stdout),
    stderr: sinkTo(stderr),
    stdin: nothing(),
    env: {},
    cwd,
    columns: 120,
    now: Date.now,
    interrupts: { first: never, second: never },
  };
  const exitCode = await run([...command, '--root', 'messages'], io);
  const what = `tapps-mq ${command.join(' ')}`;
  mustBeTerminalSafe(stdout.join(''), `standard output of ${what}`, { styled: true });
  mustBeTerminalSafe(stderr.join(''), `standard error of ${what}`, { styled: true, bars: true });
  const text = stdout.join('') + stderr.join('');
  if (!EXIT_CODES.has(exitCode)) throw new Violation('exit code', `${what} ended with ${exitCode}`);
  if (text.includes('ERR_UNEXPECTED')) throw new Violation('raw error', `${what}: ${text}`);
}

/** A terminal that keeps what is written. */
function sinkTo(written: string[]): Io['stdout'] {
  return {
    isTerminal: true,
    write: (text) => void written.push(text),
    drained: () => Promise.resolve(),
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
