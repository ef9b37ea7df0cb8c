import { nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';
import { isBelow } from '../hostile-file-system.ts';
import { Violation } from '../target.ts';

/** The most that anything may be read whole: a reason, or a part of an operation's set. */
const MOST_BYTES = 33_554_432;
/** Another writer's record of what it has finished, which doctor reads, may be twice as large. */
const MOST_LEDGER_BYTES = 67_108_864;

/** node's, but nothing is flushed and nothing watched: fuzzing is not about power cuts. */
export function quickFileSystem(inner: FileSystem = nodeFileSystem()): FileSystem {
  return alteredFileSystem(inner, {
    create: async (path, mode) => ({ ...(await inner.create(path, mode)), sync: () => undefined }),
    syncDirectory: () => true,
    watch: () => () => undefined,
    ...withShortcuts(inner, { names: (path) => path, find: (path) => path }),
  });
}

/** A file system that notes whatever leaves the root or reads without a bound, whatever the caller makes of the error. */
export class WatchedFileSystem {
  readonly violations: Violation[] = [];
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  over(inner: FileSystem): FileSystem {
    return alteredFileSystem(inner, {
      create: (path, mode) => inner.create(this.#below(path), mode),
      read: (path, maxBytes) => {
        if (!(maxBytes <= (path.endsWith('.jsonl') ? MOST_LEDGER_BYTES : MOST_BYTES)))
          this.#note('read without a bound', path);
        return inner.read(this.#below(path), maxBytes);
      },
      rename: (from, to) => inner.rename(this.#below(from), this.#below(to)),
      remove: (path) => inner.remove(this.#below(path)),
      createDirectory: (path, mode) => inner.createDirectory(this.#below(path), mode),
      removeDirectory: (path) => inner.removeDirectory(this.#below(path)),
      list: (path) => inner.list(this.#below(path)),
      status: (path) => inner.status(this.#belowOrAbove(path)),
      touch: (path, modified_ms) => inner.touch(this.#below(path), modified_ms),
      ...withShortcuts(inner, {
        names: (path) => this.#below(path),
        find: (path) => this.#belowOrAbove(path),
      }),
    });
  }

  /** Directories above the root are looked at when their names are made durable. */
  #belowOrAbove(path: string): string {
    return isBelow(this.#root, path) ? path : this.#below(path);
  }

  #below(path: string): string {
    if (!isBelow(path, this.#root)) this.#note('path left its root', JSON.stringify(path));
    return path;
  }

  #note(rule: string, detail: string): void {
    if (this.violations.length < 100) this.violations.push(new Violation(rule, detail));
  }
}

/** The calls that not every file system has. */
function withShortcuts(
  inner: FileSystem,
  { names, find }: Readonly<Record<'names' | 'find', (path: string) => string>>,
): Pick<FileSystem, 'names' | 'find'> {
  return {
    ...(inner.names === undefined ? {} : { names: (path) => inner.names?.(names(path)) ?? [] }),
    ...(inner.find === undefined ? {} : { find: (path) => inner.find?.(find(path)) ?? null }),
  };
}
