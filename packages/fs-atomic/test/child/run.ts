import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';

/** A process under test; disposing kills it if it still runs, and waits for its end. */
export interface Child extends AsyncDisposable {
  readonly process: ChildProcessWithoutNullStreams;
  readonly pid: number;
  /** The next line it says, parsed. */
  next(): Promise<unknown>;
  /** Closes its standard input: the sign to start or to end. */
  go(): void;
  /** Resolves with its exit code, or the signal that ended it. */
  ended(): Promise<number | string | null>;
}

/** The program of `program.ts`, ready to run. */
export interface ChildProgram extends AsyncDisposable {
  start(job: string, directory: string, name?: string, count?: number): Child;
  readonly path: string;
}

/** Bundles the program into a temporary directory. */
export async function bundleProgram(): Promise<ChildProgram> {
  const directory = await temporaryDirectory();
  const path = join(directory.path, 'program.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'program.ts')],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // graceful-fs is CommonJS and calls require.
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
  });
  return {
    path,
    start: (job, place, name = '', count = 0) =>
      child(process.execPath, [path, job, place, name, String(count)]),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

/** Starts any command as a `Child`. */
export function child(command: string, parameters: readonly string[]): Child {
  const started = spawn(command, parameters);
  let complaints = '';
  started.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const lines = createInterface(started.stdout)[Symbol.asyncIterator]();
  const exited = once(started, 'exit');
  return {
    process: started,
    pid: started.pid ?? -1,
    async next() {
      const line = await lines.next();
      if (line.done === true) throw new Error(`The child ended without an answer: ${complaints}`);
      const value: unknown = JSON.parse(line.value);
      return value;
    },
    go: () => started.stdin.end(),
    async ended() {
      const [code, signal] = (await exited) as [number | null, string | null];
      if (code !== 0 && code !== null) throw new Error(`The child failed with ${code}: ${complaints}`);
      return code ?? signal;
    },
    async [Symbol.asyncDispose]() {
      if (started.exitCode === null && started.signalCode === null) started.kill('SIGKILL');
      await exited;
    },
  };
}
