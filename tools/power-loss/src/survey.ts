import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { keyOf } from './notes.ts';

/** Where in its life a file of the messages directory is, by where it lies and what it is called. */
export type FileState = 'ready' | 'leased' | 'dead' | 'reason' | 'processed' | 'duplicate' | 'step' | 'other';

/** One file of a messages directory. */
export interface SurveyedFile {
  /** Below the root, with `/`. */
  readonly path: string;
  readonly state: FileState;
  /** By its name; null where that does not tell. */
  readonly id: string | null;
  /** See `keyOf`; null where there is no id. */
  readonly key: string | null;
  readonly text: string;
  /** Which file it is, whatever it is called: the number of its inode. */
  readonly inode: number;
}

const messageName = /^\d{8}T\d{6}_\d{3}Z_([a-z0-9.%-]+)_[^~]+~([^~]+)~/;
const ledgerName = /^([a-z0-9.%-]+)(?:~x(\d+)|~dup~\w+)?\.json$/;

/** Every file of a messages directory, found by reading it as docs/protocol.md describes it and not by the queue. */
export function survey(root: string): SurveyedFile[] {
  const found: SurveyedFile[] = [];
  if (!existsSync(root)) return found;
  for (const file of filesBelow(root)) {
    const parts = relative(root, file).split(sep);
    const name = parts.at(-1) ?? '';
    const state = stateOf(parts, name);
    if (state === 'other') continue;
    const [kind, agentId] = parts[0] === 'inbox' || parts[0] === 'outbox' ? parts : parts.slice(1);
    const { id, run } = state === 'step' ? { id: parts[3] ?? null, run: 0 } : namedIn(state, name);
    const isBox = kind === 'inbox' || kind === 'outbox';
    const key = id === null || agentId === undefined || !isBox ? null : keyOf({ kind, agentId }, id, run);
    found.push({
      path: parts.join('/'),
      state,
      id,
      key,
      text: readFileSync(file, 'utf8'),
      inode: statSync(file).ino,
    });
  }
  return found;
}

function* filesBelow(directory: string): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

function stateOf(parts: readonly string[], name: string): FileState {
  if (!name.endsWith('.json') || name.startsWith('.')) return 'other';
  switch (parts[0]) {
    case 'inbox':
    case 'outbox':
      return 'ready';
    case 'locks':
      return parts[1] === 'inbox' || parts[1] === 'outbox' ? 'leased' : 'other';
    case 'dlq':
      return name.endsWith('.reason.json') ? 'reason' : 'dead';
    case 'processed':
      return name.includes('~dup~') ? 'duplicate' : 'processed';
    case 'journal':
      return name.startsWith('once~') ? 'step' : 'other';
    default:
      return 'other';
  }
}

function namedIn(state: FileState, name: string): { id: string | null; run: number } {
  if (state === 'processed' || state === 'duplicate') {
    const [, id = null, run = '0'] = ledgerName.exec(name) ?? [];
    return { id, run: Number(run) };
  }
  const [, id = null, fields = ''] = messageName.exec(name) ?? [];
  return { id, run: Number(/\.x(\d+)/.exec(fields)?.[1] ?? 0) };
}
