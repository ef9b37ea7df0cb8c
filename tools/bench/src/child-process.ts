import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Nothing that is asked of a child may take longer: an answer that never comes must not hold up the run for ever. */
const ANSWER_LIMIT_MS = 1_800_000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A process that answers each line `VERB NUMBER` on its standard input with a line of JSON on descriptor 3. */
export class Child {
  readonly #process: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  #said = '';

  constructor(program: string, parameters: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.#process = spawn(program, parameters, { stdio: ['pipe', 'ignore', 'pipe', 'pipe'], env });
    running.add(this.#process);
    this.#process.on('exit', () => running.delete(this.#process));
    this.#process.on('error', (error) => (this.#said += error.message));
    this.#process.stdin?.on('error', () => {}); // It has ended; the missing answer tells.
    this.#process.stderr?.on('data', (text: Buffer) => {
      this.#said = (this.#said + text.toString()).slice(-4_000);
    });
    const answers = this.#process.stdio[3] as Readable;
    this.#answers = createInterface({ input: answers })[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  async ask<T>(verb: string, number = 0): Promise<T> {
    this.#process.stdin?.write(`${verb} ${number}\n`);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`No answer to "${verb} ${number}".`)), ANSWER_LIMIT_MS);
    });
    try {
      const { done, value } = await Promise.race([this.#answers.next(), late]);
      if (done === true)
        throw new Error(`It ended at "${verb} ${number}": ${this.#said.trim() || 'in silence'}`);
      return JSON.parse(value) as T;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Says that nothing more will be asked, and waits for its end. */
  async finish(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.stdin?.end();
    await ended;
  }

  /** Ends it: nothing that it holds is worth waiting for. */
  async end(): Promise<void> {
    if (
      this.#process.exitCode !== null ||
      this.#process.signalCode !== null ||
      this.#process.pid === undefined
    )
      return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}
