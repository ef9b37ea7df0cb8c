import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError } from './cli-error.ts';
import type { Io } from './io.ts';
import { STANDARD_INPUT } from './standard-input.ts';

/** An input and what to call it. */
export interface Input {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * Opens a file, or standard input for {@link STANDARD_INPUT}, for a command to `send` or `validate`.
 *
 * @throws CliError `ERR_INPUT_UNREADABLE` for what is not there, a directory, or not to be read
 */
export function openInput(
  file: string,
  io: Pick<Io, 'cwd' | 'stdin'>,
  command: 'send' | 'validate' = 'send',
): Input {
  if (file === STANDARD_INPUT) return { name: 'standard input', bytes: io.stdin };
  const path = resolve(io.cwd, file);
  let isDirectory: boolean;
  try {
    isDirectory = statSync(path).isDirectory();
  } catch (cause) {
    throw unreadable(file, command, cause);
  }
  if (isDirectory) {
    const all = `${file.replace(/\/$/, '')}/*.json`;
    const next =
      command === 'send'
        ? `cat ${all} | tapps-mq send -   (with one message a line)`
        : `tapps-mq validate ${all}`;
    throw new CliError(
      'ERR_INPUT_UNREADABLE',
      `${file} is a directory; ${command} takes ${command === 'send' ? 'one file' : 'files'}, or - for standard input.`,
      { next },
    );
  }
  return { name: file, bytes: reading(path, file, command) };
}

async function* reading(path: string, file: string, command: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path)) if (chunk instanceof Uint8Array) yield chunk;
  } catch (cause) {
    throw unreadable(file, command, cause);
  }
}

function unreadable(file: string, command: string, cause: unknown): CliError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  const why = WHY[code] ?? `it cannot be read (${code})`;
  return new CliError('ERR_INPUT_UNREADABLE', `Cannot ${command} ${file}: ${why}.`, {
    cause,
    next: 'check the path, or use - for standard input',
  });
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'its permissions do not let it be read',
};
