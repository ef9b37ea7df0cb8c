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
 * Opens a file, or standard input for {@link STANDARD_INPUT}.
 *
 * @throws CliError `ERR_INPUT_UNREADABLE` for what is not there, a directory, or not to be read
 */
export function openInput(file: string, io: Pick<Io, 'cwd' | 'stdin'>): Input {
  if (file === STANDARD_INPUT) return { name: 'standard input', bytes: io.stdin };
  const path = resolve(io.cwd, file);
  let isDirectory: boolean;
  try {
    isDirectory = statSync(path).isDirectory();
  } catch (cause) {
    throw unreadable(file, cause);
  }
  if (isDirectory) {
    const next = `cat ${file.replace(/\/$/, '')}/*.json | tapps-mq send -   (with one message a line)`;
    throw new CliError(
      'ERR_INPUT_UNREADABLE',
      `${file} is a directory; send takes one file, or - for standard input.`,
      { next },
    );
  }
  return { name: file, bytes: reading(path, file) };
}

async function* reading(path: string, file: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path)) if (chunk instanceof Uint8Array) yield chunk;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): CliError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  const why = WHY[code] ?? `it cannot be read (${code})`;
  return new CliError('ERR_INPUT_UNREADABLE', `Cannot send ${file}: ${why}.`, {
    cause,
    next: 'check the path, or use - for standard input',
  });
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'its permissions do not let it be read',
};
