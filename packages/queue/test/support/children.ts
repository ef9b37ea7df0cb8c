import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { checkAfterEach, cleanUpAfterAll, noteLeak } from './leaks.ts';

/*
 * Real processes for tests. A program is a TypeScript file beside this one (`agent-program.ts` has jobs for most needs;
 * write another file for other needs). It gets its settings as JSON in `process.argv[2]`, answers on standard output
 * with one JSON value a line, takes commands as lines on standard input, and must end when standard input ends, so
 * that no process outlives its test:
 *
 *     failOnLeaks();                                                            // once, at the top of the test file
 *     await using child = await startChild('agent-program.ts', { job: 'work', root, agent: 'coder' });
 *     await child.next();            // the next line it says, parsed
 *     child.tell('finish');          // a line on its standard input
 *     child.kill('SIGKILL');
 *     await child.end();             // ends its standard input, and resolves with its exit code or signal
 */

/** A process under test; disposing kills it if it still runs, and waits for its end. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** The next value it says; rejects, with what it complained about, when it ends instead. */
  next<T = unknown>(): Promise<T>;
  /** Sends it a line. */
  tell(line: string): void;
  kill(signal: NodeJS.Signals): void;
  /** Ends its standard input. Resolves with its exit code or the signal that ended it; rejects for any code but 0. */
  end(): Promise<number | string>;
  /** Resolves when it has ended, in whatever way. */
  readonly exited: Promise<number | string>;
  /** What it has complained about so far, on standard error. */
  complaints(): string;
}

/**
 * How a process ends that kills itself. On Windows, who is killed ends with 1 (libuv, uv_kill), and only its parent's kill is told
 * apart. So does a program that throws; but that one complains.
 */
export const KILLED_BY_ITSELF = process.platform === 'win32' ? 1 : 'SIGKILL';

const running = new Set<ChildProcessWithoutNullStreams>();
let isChecked = false;

/** Starts a program of this directory with these settings, as another user where root may; it is bundled on its first use in a test file. */
export async function startChild(
  program: string,
  settings: object,
  user: { readonly uid?: number; readonly gid?: number } = {},
): Promise<Child> {
  if (!isChecked) checkAfterEach(noteRunning);
  isChecked = true;
  const path = await bundled(program);
  return childOf(spawn(process.execPath, [path, JSON.stringify(settings)], { ...user, cwd: dirname(path) }));
}

const bundles = new Map<string, Promise<string>>();

function bundled(program: string): Promise<string> {
  let bundle = bundles.get(program);
  if (bundle === undefined) {
    bundle = bundleProgram(program);
    bundles.set(program, bundle);
  }
  return bundle;
}

async function bundleProgram(program: string): Promise<string> {
  const directory = await temporaryDirectory();
  cleanUpAfterAll(async () => {
    bundles.delete(program);
    await directory[Symbol.asyncDispose]();
  });
  await chmod(directory.path, 0o755); // For other users.
  const outfile = join(directory.path, `${basename(program, '.ts')}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, program)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@tapps-agents/source'],
    // graceful-fs is CommonJS and calls require.
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
  });
  return outfile;
}

function childOf(started: ChildProcessWithoutNullStreams): Child {
  running.add(started);
  let complaints = '';
  started.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  started.stdin.on('error', () => {}); // It may have ended already; `exited` tells.
  const lines = createInterface(started.stdout)[Symbol.asyncIterator]();
  const exited = once(started, 'exit').then(([code, signal]: (number | string | null)[]) => {
    running.delete(started);
    return code ?? signal ?? -1;
  });
  return {
    pid: started.pid ?? -1,
    exited,
    complaints: () => complaints,
    async next<T>() {
      const line = await lines.next();
      if (line.done === true) throw new Error(`The child ended without an answer: ${complaints}`);
      return JSON.parse(line.value) as T;
    },
    tell: (line) => void started.stdin.write(`${line}\n`),
    kill: (signal) => void started.kill(signal),
    async end() {
      started.stdin.end();
      const code = await exited;
      if (typeof code === 'number' && code !== 0)
        throw new Error(`The child failed with ${code}: ${complaints}`);
      return code;
    },
    async [Symbol.asyncDispose]() {
      if (running.has(started)) started.kill('SIGKILL'); // Ends also a process that is stopped.
      await exited;
    },
  };
}

function noteRunning(): void {
  for (const child of running) {
    noteLeak(`process ${child.pid} still runs: dispose it`);
    child.kill('SIGKILL');
  }
}
