import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from './child-process.ts';
import { PEERS_VARIABLE } from './peer-modules.ts';

/** Where the bundled programs are: this file is part of one. */
const here = fileURLToPath(new URL('.', import.meta.url));
/** tools/bench, somewhere in whose `dist` this is; its sources hold what is not JavaScript. */
const tool = here.slice(0, here.lastIndexOf(`${sep}dist${sep}`));

/** The root of the repository. */
export const repository = join(tool, '..', '..');

/** Starts a child of the bench in a role. */
export function startRole(
  role: string,
  settings: object,
  options: {
    readonly peers?: string;
    readonly nodeOptions?: readonly string[];
    /** Another program, with its parameters, that starts it and keeps an eye on it. */
    readonly under?: readonly string[];
  } = {},
): Child {
  const program = join(here, 'child.js');
  const parameters = [...(options.nodeOptions ?? []), program, role, JSON.stringify(settings)];
  const env = options.peers === undefined ? process.env : { ...process.env, [PEERS_VARIABLE]: options.peers };
  const [first, ...others] = [...(options.under ?? []), process.execPath, ...parameters];
  return new Child(first ?? process.execPath, others, env);
}

/** floor.c, compiled for this run. */
export interface Floor extends Disposable {
  /** Null where there is no compiler, or it failed. */
  readonly program: string | null;
  readonly reason: string;
}

/** Compiles floor.c with `cc`, where there is one, into a temporary directory that disposing removes. */
export function compileFloor(): Floor {
  const directory = mkdtempSync(join(tmpdir(), 'tapps-bench-'));
  const program = join(directory, 'floor');
  const source = join(tool, 'src', 'floor.c');
  const flags = ['-O2', '-Wall', '-Werror', '-pthread'];
  const { status, error, stderr } = spawnSync('cc', [...flags, '-o', program, source], { encoding: 'utf8' });
  const failed = error !== undefined || status !== 0;
  return {
    program: failed ? null : program,
    reason: failed ? `cc: ${error?.message ?? stderr.trim().split('\n')[0] ?? status}` : '',
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Debian's Python, which has Debian's packages; the one on the PATH may be another. */
const PYTHON = '/usr/bin/python3';

/** Why python3-dirq cannot be measured; null when it can. */
export function whyNoDirq(): string | null {
  const { status, error } = spawnSync(PYTHON, ['-c', 'import dirq.QueueSimple']);
  return error === undefined && status === 0 ? null : 'not installed (Debian: apt-get install python3-dirq)';
}

/** Which python3-dirq there is; null where there is none, or it does not say. */
export function dirqVersion(): string | null {
  const ask = "from importlib.metadata import version; print(version('dirq'))";
  const { status, error, stdout } = spawnSync(PYTHON, ['-c', ask], { encoding: 'utf8' });
  return error === undefined && status === 0 ? stdout.trim() : null;
}

/** Starts dirq.py. */
export function startDirq(operation: string, directory: string, bytes: number): Child {
  const script = readFileSync(join(tool, 'src', 'subjects', 'dirq.py'), 'utf8');
  return new Child(PYTHON, ['-c', script, operation, directory, String(bytes)]);
}
