import type { DirectoryEntry, EntryKind, FileStatus, FileSystem } from '@tapps-agents/fs-atomic';
import { Violation } from './target.ts';

/** The root below which a fuzzed reader must stay; it exists nowhere. */
export const FUZZED_ROOT = '/fuzzed/messages';

/** What a disk in memory answers: the same bytes for every file, the same names for every directory. */
export interface HostileAnswers {
  readonly content?: Uint8Array;
  readonly names?: readonly string[];
  readonly kind?: EntryKind;
}

/**
 * A disk that answers every look with hostile bytes or names, and takes nothing: what is written vanishes. It watches that
 * no call leaves the root.
 */
export function hostileFileSystem(answers: HostileAnswers): FileSystem {
  const { content = new Uint8Array(), names = [], kind = 'file' } = answers;
  const status = (path: string): FileStatus => {
    check(path);
    const { size, shape } = names.some((name) => path.endsWith(`/${name}`))
      ? { size: content.byteLength, shape: kind }
      : { size: 4_096, shape: 'directory' as const };
    return { kind: shape, size, modified_ms: 1_765_708_503_123, mode: 0o600 };
  };
  return {
    create: (path) => {
      check(path);
      return {
        write: (bytes, offset) => bytes.byteLength - offset,
        sync: () => undefined,
        close: () => undefined,
      };
    },
    read: (path, maxBytes) => {
      check(path);
      if (!(maxBytes <= 64 * 1_048_576)) throw new Violation('read without a bound', path);
      if (content.byteLength > maxBytes) throw systemError('EFBIG', path);
      return content.slice();
    },
    rename: (from, to) => {
      check(from);
      check(to);
    },
    remove: check,
    createDirectory: check,
    removeDirectory: check,
    list: async function* list(path): AsyncGenerator<readonly DirectoryEntry[]> {
      check(path);
      yield names.map((name) => ({ name, kind }));
      await Promise.resolve();
    },
    status,
    touch: check,
    syncDirectory: (path) => {
      check(path);
      return true;
    },
    watch: () => () => undefined,
    holdExclusively: () => null,
    space: () => ({ freeBytes: 1e9, totalBytes: 2e9, freeInodes: null }),
  };
}

function check(path: string): void {
  if (isBelow(path, FUZZED_ROOT)) return;
  throw new Violation('path left its root', JSON.stringify(path));
}

/** Whether a path, once `.` and `..` are resolved as the system does, is the root or below it. */
export function isBelow(path: string, root: string): boolean {
  if (path.includes('\u0000')) return false;
  if (path.startsWith(`${root}/`) && !path.includes('/.', root.length)) return true;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const whole = `/${parts.join('/')}`;
  return whole === root || whole.startsWith(`${root}/`);
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: '${path}'`), { code, path });
}
