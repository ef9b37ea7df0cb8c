import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** No command on an image of some hundred MiB may need longer. */
const limit_ms = 60_000;

/** A system command that failed; `output` is what it said. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly output: string;

  constructor(command: string, status: string, output: string) {
    super(`\`${command}\` ended with ${status}: ${output.trim()}`);
    this.output = output;
  }
}

// Where mkfs and mount are, which is not on everybody's PATH.
const systemDirectories = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];
const searchPath = [...new Set([...(process.env['PATH'] ?? '').split(':'), ...systemDirectories])].filter(
  (directory) => directory.startsWith('/'),
);

/**
 * Runs a system command and returns its standard output; throws `CommandError` when it fails or takes a minute. Synchronous,
 * so that what cleans up can also run while the process ends.
 */
export function runCommand(program: string, ...parameters: readonly string[]): string {
  const { status, signal, stdout, stderr, error } = spawnSync(program, parameters, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limit_ms,
    killSignal: 'SIGKILL',
    env: { ...process.env, PATH: searchPath.join(':'), LC_ALL: 'C' },
  });
  const command = [program, ...parameters].join(' ');
  if (error !== undefined) throw new CommandError(command, error.message, stderr ?? '');
  if (status !== 0) throw new CommandError(command, String(status ?? signal), `${stdout}${stderr}`);
  return stdout;
}

/** Where a program is, null when it is not installed. */
export function findProgram(name: string): string | null {
  for (const directory of searchPath) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return null;
}
