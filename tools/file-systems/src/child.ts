import {
  spawn,
  type ChildProcessWithoutNullStreams,
  type SpawnOptionsWithoutStdio,
} from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ProgramSettings } from './program.ts';

/** `src/program.ts`, bundled: beside the tool itself, or, when that runs from its sources, in the folder beside them. */
export const programPath = join(dirname(import.meta.dirname), 'dist', 'program.js');

/** Nothing that is asked of a child takes longer, however busy the computer is. */
const patience_ms = 120_000;

/** How a child is started, beside what it is to do. */
export interface ChildOptions extends Pick<SpawnOptionsWithoutStdio, 'uid' | 'gid'> {
  /** What comes before `node`, such as `['strace', '-f', ...]`. */
  readonly prefix?: readonly string[];
}

/** A process that runs `program.ts`; disposing kills it if it still runs, and waits for its end. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** The next value it says; rejects, with what it complained about, when it ends instead or says nothing for two minutes. */
  next<T>(): Promise<T>;
  /** All that it says from here on, to its end. */
  everything<T>(): AsyncGenerator<T>;
  /** Sends it a line. */
  tell(line: string): void;
  kill(signal: NodeJS.Signals): void;
  /** Ends its standard input, and waits for its end; rejects when that is not with 0. */
  end(): Promise<void>;
  readonly exited: Promise<number | string>;
}

/** Starts the program with these settings. It ends by itself when its standard input does, and so with this process. */
export function startChild(settings: ProgramSettings, options: ChildOptions = {}): Child {
  const [command, ...parameters] = options.prefix ?? [];
  const program = [programPath, JSON.stringify(settings)];
  const { uid, gid } = options;
  const as = {
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  };
  return childOf(
    command === undefined
      ? spawn(process.execPath, program, as)
      : spawn(command, [...parameters, process.execPath, ...program], as),
  );
}

function childOf(started: ChildProcessWithoutNullStreams): Child {
  let complaints = '';
  let running = true;
  started.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  started.stdin.on('error', () => {}); // It may have ended already; `exited` tells.
  const lines = createInterface(started.stdout)[Symbol.asyncIterator]();
  const exited = once(started, 'exit').then(([code, signal]: (number | string | null)[]) => {
    running = false;
    return code ?? signal ?? -1;
  });
  return {
    pid: started.pid ?? -1,
    exited,
    async next<T>() {
      const line = await withPatience(lines.next(), 'an answer', started);
      if (line.done === true) throw new Error(`A child process ended without an answer: ${complaints}`);
      return JSON.parse(line.value) as T;
    },
    async *everything<T>() {
      for (;;) {
        const line = await withPatience(lines.next(), 'the end', started);
        if (line.done === true) return;
        yield JSON.parse(line.value) as T;
      }
    },
    tell: (line) => void started.stdin.write(`${line}\n`),
    kill: (signal) => void started.kill(signal),
    async end() {
      started.stdin.end();
      const code = await withPatience(exited, 'the end', started);
      if (code !== 0) throw new Error(`A child process ended with ${code}: ${complaints}`);
    },
    async [Symbol.asyncDispose]() {
      if (running) started.kill('SIGKILL'); // Ends also a process that is stopped.
      await exited;
    },
  };
}

/** Rejects, and kills the process, when it takes too long. */
async function withPatience<T>(
  answer: Promise<T>,
  what: string,
  started: ChildProcessWithoutNullStreams,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      started.kill('SIGKILL');
      reject(new Error(`Waited ${patience_ms / 1_000} s for ${what} of the process ${started.pid}.`));
    }, patience_ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Starts several, waits until each is ready, does the work, and ends them all. */
export async function withChildren<T>(
  settings: readonly ProgramSettings[],
  work: (children: readonly Child[]) => Promise<T>,
): Promise<T> {
  const children = settings.map((each) => startChild(each));
  try {
    for (const child of children) await child.next();
    return await work(children);
  } finally {
    for (const child of children) await child[Symbol.asyncDispose]();
  }
}
