import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { CliError } from './cli-error.ts';
import type { Io } from './io.ts';

/** Where a messages directory lies below a project's folder. */
export const MESSAGES_DIRECTORY = join('.tapps-agents', 'messages');

/** The environment variable that names the messages directory. */
export const ROOT_VARIABLE = 'TAPPS_MQ_ROOT';

/** The messages directory of a command, and how it was found. */
export interface Root {
  /** Absolute. It need not exist; the queue says so where it matters. */
  readonly path: string;
  /** For people: relative to the working directory where it lies below. */
  readonly shown: string;
  /** As given with `--root`, which every further command then needs as well; undefined where it is found without. */
  readonly flag: string | undefined;
}

/**
 * Finds the messages directory: `--root`, else TAPPS_MQ_ROOT, else that of the nearest folder, from here upwards, that
 * has one (of whatever kind: a file in its place should be reported, not passed over), else the one that `init` makes.
 */
export function findRoot(flag: string | undefined, io: Pick<Io, 'cwd' | 'env'>): Root {
  if (flag === '') throw new CliError('ERR_USAGE', '--root needs a directory, but it is empty.');
  return describe(flag ?? named(io.env) ?? nearestRoot(io.cwd) ?? MESSAGES_DIRECTORY, flag, io.cwd);
}

/** The directory that `init` makes: as {@link findRoot}, but without looking at the folders above. */
export function rootToMake(flag: string | undefined, io: Pick<Io, 'cwd' | 'env'>): Root {
  return findRoot(flag, { cwd: io.cwd, env: { [ROOT_VARIABLE]: named(io.env) ?? MESSAGES_DIRECTORY } });
}

/** The messages directory of the nearest folder, from `folder` upwards, that has one. */
export function nearestRoot(folder: string): string | undefined {
  const candidate = join(folder, MESSAGES_DIRECTORY);
  if (existsSync(candidate)) return candidate;
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestRoot(parent);
}

/** What the variable names; one that is empty is as one that is not set, as in shells. */
function named(env: Io['env']): string | undefined {
  const variable = env[ROOT_VARIABLE];
  return variable === '' ? undefined : variable;
}

function describe(path: string, flag: string | undefined, cwd: string): Root {
  const absolute = resolve(cwd, path);
  const below = relative(cwd, absolute);
  return { path: absolute, shown: below === '' ? '.' : below.startsWith('..') ? absolute : below, flag };
}
