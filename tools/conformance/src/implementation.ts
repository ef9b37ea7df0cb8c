import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';

/*
 * The program that is judged, as the README of this folder defines its commands. It is started by a shell, which replaces itself by
 * it, so that signals reach it.
 */

/** No command may take longer; long enough for a disk that others keep busy. */
const ANSWER_LIMIT_MS = 120_000;

/** What a command that is called once did. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a session answered. */
export type Answer =
  | { readonly result: unknown; readonly error?: undefined }
  | { readonly error: { readonly code: string; readonly message: string }; readonly result?: undefined };

/** Calls the program once. `prelude` is shell that runs before it, such as `ulimit -f 1;`. */
export async function call(command: string, args: readonly string[], prelude = ''): Promise<Outcome> {
  const child = start(command, args, prelude);
  child.stdin.end();
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), ANSWER_LIMIT_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout: stdout(), stderr: stderr() });
    });
  });
}

/** One process that consumes: requests and answers, a line each. */
export class Session {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #stderr: () => string;
  readonly #waiting: ((line: string | null) => void)[] = [];
  readonly #exited: Promise<number | null>;
  #isOver = false;

  constructor(command: string, args: readonly string[]) {
    this.#child = start(command, args, '');
    this.#stderr = collect(this.#child.stderr);
    this.#child.stdin.on('error', () => undefined); // Said by the answer that is missing.
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#waiting.shift()?.(line));
    this.#exited = new Promise((resolve) => {
      this.#child.on('close', (code) => {
        this.#isOver = true;
        for (const answer of this.#waiting.splice(0)) answer(null);
        resolve(code);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Sends a request and waits for its answer. A program that ended instead has answered with the error `ended`. */
  async ask(request: Readonly<Record<string, unknown>>): Promise<Answer> {
    if (this.#isOver) return this.#endedAnswer();
    const line = await new Promise<string | null>((resolve) => {
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), ANSWER_LIMIT_MS);
      this.#waiting.push((answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    });
    if (line === null) return this.#endedAnswer();
    try {
      return JSON.parse(line) as Answer;
    } catch {
      return { error: { code: 'not_json', message: `The answer is no JSON: ${line.slice(0, 200)}` } };
    }
  }

  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(name);
  }

  /** Ends its input, which asks a program to end, and waits until it has. */
  async end(): Promise<number | null> {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), ANSWER_LIMIT_MS);
    const code = await this.#exited;
    clearTimeout(timer);
    return code;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #endedAnswer(): Answer {
    return { error: { code: 'ended', message: `The program has ended. ${this.#stderr().slice(-1_000)}` } };
  }
}

function start(command: string, args: readonly string[], prelude: string): ChildProcessWithoutNullStreams {
  return spawn('sh', ['-c', `${prelude} exec ${command} "$@"`, 'sh', ...args], { stdio: 'pipe' });
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  return () => Buffer.concat(parts).toString();
}
