import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './session.ts';
import { shellWord } from './shell-word.ts';
import { STANDARD_INPUT } from './standard-input.ts';

/** An input and what to call it. */
export interface Input {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** What becomes of what is read: it is sent, or validated, or is the result of what was received. */
type InputUse = 'send' | 'validate' | 'ack';

/** How it is said that it cannot be read. */
interface Words {
  /** Before the reason. */
  readonly cannot: (file: string) => string;
  /** What is taken instead of a directory. */
  readonly takes: string;
  /** The command for what is in a directory. */
  readonly insteadOf: (directory: string, program: string) => string;
  /** What has not happened because of it; empty where that goes without saying. */
  readonly consequence: string;
}

const WORDS: Readonly<Record<InputUse, Words>> = {
  send: {
    cannot: (file) => `Cannot send ${file}`,
    takes: 'send takes one file',
    insteadOf: (directory, program) =>
      `cat ${allIn(directory)} | ${program} send -   (with one message a line)`,
    consequence: '',
  },
  validate: {
    cannot: (file) => `Cannot validate ${file}`,
    takes: 'validate takes files',
    insteadOf: (directory, program) => `${program} validate ${allIn(directory)}`,
    consequence: '',
  },
  ack: {
    cannot: (file) => `Cannot read the result in ${file}`,
    takes: '--result takes one file',
    insteadOf: () => 'name the file in it that has the result',
    consequence: ' Nothing was changed; the message is still in hand.',
  },
};

/**
 * Opens a file, or standard input for {@link STANDARD_INPUT}.
 *
 * @throws CliError `ERR_INPUT_UNREADABLE` for what is not there, a directory, or not to be read; the last also while it is read
 */
export function openInput(
  file: string,
  { io, program }: Pick<CommandContext, 'io' | 'program'>,
  use: InputUse,
): Input {
  if (file === STANDARD_INPUT) return { name: 'standard input', bytes: io.stdin };
  const path = resolve(io.cwd, file);
  let isDirectory: boolean;
  try {
    isDirectory = statSync(path).isDirectory();
  } catch (cause) {
    throw unreadable(file, use, cause);
  }
  if (isDirectory) {
    const { takes, insteadOf, consequence } = WORDS[use];
    throw new CliError(
      'ERR_INPUT_UNREADABLE',
      `${file} is a directory; ${takes}, or - for standard input.${consequence}`,
      { next: insteadOf(file, program) },
    );
  }
  return { name: file, bytes: reading(path, file, use) };
}

/** The messages in a directory, as a shell finds them. */
function allIn(directory: string): string {
  return `${shellWord(directory.replace(/\/$/, ''))}/*.json`;
}

async function* reading(path: string, file: string, use: InputUse): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path)) if (chunk instanceof Uint8Array) yield chunk;
  } catch (cause) {
    throw unreadable(file, use, cause);
  }
}

function unreadable(file: string, use: InputUse, cause: unknown): CliError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  const why = WHY[code] ?? `it cannot be read (${code})`;
  const { cannot, consequence } = WORDS[use];
  return new CliError('ERR_INPUT_UNREADABLE', `${cannot(file)}: ${why}.${consequence}`, {
    cause,
    next: 'check the path, or use - for standard input',
  });
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'its permissions do not let it be read',
};
