import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { peerGroups, type PeerGroup } from './peer-modules.ts';

/** Where the peers are, and why some are not. */
export interface Peers {
  readonly directory: string;
  readonly missing: Readonly<Partial<Record<PeerGroup, string>>>;
}

/** better-sqlite3 compiles for about two minutes, and there are two of them. */
const INSTALL_LIMIT_MS = 900_000;

/** What must be loadable, or the group was not installed whole: npm may have been told to run no install scripts. */
const proofs: Readonly<Record<PeerGroup, string>> = {
  sqlite: "new (require('better-sqlite3'))(':memory:'); require.resolve('plainjob/package.json')",
  liteque: "new (require('better-sqlite3'))(':memory:')",
  files: "require('file-queue')",
};

/**
 * Installs the peers where they are not yet: each group with `npm ci` from its lockfile, in a cache under the repository's
 * node_modules, whose name is the lockfile's hash. No part of the workspace's own install. What cannot be had is named.
 */
export function installPeers(repository: string, say: (text: string) => void): Peers {
  const cache = join(repository, 'node_modules', '.cache', 'bench-peers');
  const key = createHash('sha256');
  for (const group of peerGroups)
    key.update(readFileSync(join(sourceOf(repository, group), 'package-lock.json')));
  // What is compiled belongs to one version of node's binary interface.
  const directory = join(
    cache,
    `${key.digest('hex').slice(0, 16)}-${process.versions.modules}-${process.arch}`,
  );
  const missing: Partial<Record<PeerGroup, string>> = {};
  for (const group of peerGroups) {
    const target = join(directory, group);
    if (existsSync(target)) continue;
    say(`Installing peers: ${group} ...`);
    const reason = install(sourceOf(repository, group), target, group);
    if (reason !== null) missing[group] = reason;
  }
  return { directory, missing };
}

function sourceOf(repository: string, group: PeerGroup): string {
  return join(repository, 'tools', 'bench', 'peers', group);
}

/** Null when it is in place, else why not. It is installed aside: a half of it is never taken for the whole. */
function install(source: string, target: string, group: PeerGroup): string | null {
  const aside = `${target}.${process.pid}`;
  mkdirSync(aside, { recursive: true });
  try {
    for (const name of ['package.json', 'package-lock.json']) cpSync(join(source, name), join(aside, name));
    const npm = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], aside);
    if (npm !== null) return npm;
    if (proof(aside, group) !== null) {
      const rebuilt = run('npm', ['rebuild', '--foreground-scripts', '--loglevel=error'], aside);
      const failed = rebuilt ?? proof(aside, group);
      if (failed !== null) return failed;
    }
    renameSync(aside, target);
    return null;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function proof(directory: string, group: PeerGroup): string | null {
  return run(process.execPath, ['--eval', proofs[group]], directory);
}

function run(program: string, parameters: readonly string[], cwd: string): string | null {
  const { status, signal, error, stderr } = spawnSync(program, parameters, {
    cwd,
    encoding: 'utf8',
    timeout: INSTALL_LIMIT_MS,
    shell: process.platform === 'win32' && program === 'npm',
    maxBuffer: 64 * 1_048_576,
  });
  if (error === undefined && status === 0) return null;
  const last = (stderr ?? '').trim().split('\n').slice(-3).join(' | ').slice(0, 500);
  return `${program} ${parameters[0] ?? ''} ended with ${error?.message ?? status ?? signal}: ${last}`;
}
