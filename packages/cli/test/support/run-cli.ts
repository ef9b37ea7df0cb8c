import { run } from '../../src/cli.ts';
import type { Io } from '../../src/io.ts';
import { checkPrinted } from './json-documents.ts';

/** What is different from a pipe in an empty environment. */
export interface Surroundings {
  readonly cwd: string;
  readonly env?: Record<string, string>;
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Given: a terminal of this width. */
  readonly columns?: number;
  readonly now?: () => number;
  readonly interrupts?: Io['interrupts'];
  /** What the person at the terminal types, one line for each question; without, nobody can be asked. */
  readonly answers?: readonly string[];
  /** Sees each piece of standard output as it is written. */
  readonly onOutput?: (text: string) => void;
  /** The same of standard error. */
  readonly onError?: (text: string) => void;
}

/** How a command line ended. */
export interface Result {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as the JSON documents that it is. */
  readonly json: () => readonly Record<string, unknown>[];
}

/** Runs a command line in this process, on real directories. What it prints with `--json` must be what its schema says. */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<Result> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const never = new AbortController().signal;
  const answers = [...(surroundings.answers ?? [])];
  const isTerminal = surroundings.columns !== undefined;
  const exitCode = await run(argv, {
    stdout: {
      isTerminal,
      write: (text) => {
        stdout.push(text);
        surroundings.onOutput?.(text);
      },
      drained: () => Promise.resolve(),
    },
    stderr: {
      isTerminal,
      write: (text) => {
        stderr.push(text);
        surroundings.onError?.(text);
      },
      drained: () => Promise.resolve(),
    },
    stdin: once(surroundings.stdin ?? ''),
    env: { PATH: process.env['PATH'], ...surroundings.env },
    cwd: surroundings.cwd,
    columns: surroundings.columns,
    now: surroundings.now ?? Date.now,
    interrupts: surroundings.interrupts ?? { first: never, second: never },
    ask:
      surroundings.answers === undefined
        ? undefined
        : async (question) => {
            stderr.push(question);
            return await Promise.resolve(answers.shift() ?? null);
          },
  });
  checkPrinted(argv, stdout.join(''), stderr.join(''));
  return {
    exitCode,
    stdout: stdout.join(''),
    stderr: stderr.join(''),
    json: () => lines(stdout.join('')).map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

/** The non-empty lines of a text. */
export function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

async function* once(content: string | Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (typeof content === 'object' && Symbol.asyncIterator in content) {
    yield* content;
    return;
  }
  if (content.length > 0) yield typeof content === 'string' ? new TextEncoder().encode(content) : content;
  await Promise.resolve();
}
