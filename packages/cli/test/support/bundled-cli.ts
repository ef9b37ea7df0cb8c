import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, inject, onTestFinished } from 'vitest';
import { newBundleDirectory } from './one-bundle.ts';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

/** The program, made from source, as a real process would run it. */
export interface BundledCli {
  readonly path: string;
}

/**
 * Bundles the program, once for all files of a run (see `one-bundle.ts`), for all tests of a file, or of the `describe` that this is
 * called in. It lies below this package, so that what is not bundled is found.
 */
export function bundledForAll(): BundledCli {
  const shared = inject('bundledCli');
  const directory = shared ?? newBundleDirectory();
  const path = join(directory, 'main.mjs');
  beforeAll(async () => {
    if (!existsSync(path)) await bundleInto(directory);
  });
  afterAll(() => {
    if (shared === undefined) rmSync(directory, { recursive: true, force: true });
  });
  return { path };
}

/** As it is published: what only some commands need is in files of its own, so that no other command waits for it. */
async function bundleInto(directory: string): Promise<void> {
  const making = newBundleDirectory();
  await build({
    entryPoints: [join(PACKAGE, 'src', 'main.ts')],
    outdir: making,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
    conditions: ['@tapps-agents/source'],
    external: [
      'yargs',
      'cli-table3',
      'cli-progress',
      'ink',
      'react',
      'react/jsx-runtime',
      'jsonc-parser',
      'string-width',
    ],
    // graceful-fs is CommonJS and asks for node's modules with `require`.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  try {
    renameSync(making, directory);
  } catch (error) {
    if (!existsSync(join(directory, 'main.mjs'))) throw error;
    rmSync(making, { recursive: true, force: true }); // Another file of this run was sooner.
  }
}

/** A running program. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{
    readonly exitCode: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
  /** Settles when standard output or standard error has said this. */
  said(text: string): Promise<void>;
}

/** Starts the program as a process. */
export function start(
  cli: BundledCli,
  argv: readonly string[],
  options: {
    readonly cwd: string;
    readonly stdin?: string;
    readonly env?: Record<string, string>;
    /** For node itself. */
    readonly nodeOptions?: readonly string[];
  },
): Running {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...options.env };
  const child = spawn(process.execPath, [...(options.nodeOptions ?? []), cli.path, ...argv], {
    cwd: options.cwd,
    env,
    stdio: 'pipe',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const waiting = new Set<() => void>();
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const look of waiting) look();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    for (const look of waiting) look();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const ended = new Promise<Awaited<Running['ended']>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
  const said = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!stdout.includes(text) && !stderr.includes(text)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      void ended.then(() =>
        reject(new Error(`It ended without saying ${JSON.stringify(text)}:\n${stdout}${stderr}`)),
      );
    });
  return { child, ended, said };
}
