import { spawnSync } from 'node:child_process';
import type { Faults } from './released-files.ts';

/** What the history says about released files. */
export interface HistoryReport {
  readonly faults: Faults;
  /** How far it could look, in a sentence without its full stop. */
  readonly sight: string;
}

/**
 * Whether every file that was ever committed to `released/` of a folder is still as the first commit had it. So a change is seen even
 * where its digest was changed with it; and one that was taken back is none.
 *
 * It sees no further than the history that is at hand: in a shallow clone the oldest commit counts as the first, and
 * where there is no git, or no repository, it sees nothing and says so. It cannot see a history that was rewritten.
 */
export function compareWithHistory(tool: string): HistoryReport {
  const shallow = git(tool, 'rev-parse', '--is-shallow-repository');
  const log = git(tool, ...LOG_OF_ADDED);
  if (shallow === null || log === null)
    return { faults: [], sight: 'no history of git is at hand, so only digests were checked' };
  const first = firstBlobs(log);
  const faults: string[] = [];
  for (const [path, blob] of first) {
    const now = git(tool, 'hash-object', '--', path)?.trim();
    if (now === undefined) faults.push(`${path} was committed once and is gone`);
    else if (now !== blob) faults.push(`${path} is not as it was when it was first committed`);
  }
  const from = shallow.trim() === 'true' ? ', as far as this shallow clone reaches back' : '';
  return { faults, sight: `${first.size} files beside the commits that added them${from}` };
}

const LOG_OF_ADDED = [
  'log',
  '-m',
  '--topo-order',
  '--reverse',
  '--diff-filter=A',
  '--no-renames',
  '--format=',
  '--raw',
  '--no-abbrev',
  '-z',
  '--relative',
  '--',
  'released',
];

/** From `git log --raw -z`: `:000000 100644 0000… BLOB A`, then the path, each ended by a NUL. */
function firstBlobs(log: string): ReadonlyMap<string, string> {
  const blobs = new Map<string, string>();
  const parts = log.split('\0').map((part) => part.replace(/^\n+/, ''));
  for (const [index, part] of parts.entries()) {
    const blob = /^:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) A$/.exec(part)?.[1];
    const path = parts[index + 1];
    if (blob !== undefined && path !== undefined && !blobs.has(path)) blobs.set(path, blob);
  }
  return blobs;
}

/** What a command of git prints; null where it fails, or there is no git. */
function git(cwd: string, ...args: readonly string[]): string | null {
  const { status, stdout } = spawnSync('git', args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    timeout: 60_000,
  });
  return status === 0 ? stdout : null;
}
