import { relative, sep } from 'node:path';
import { FsAtomicError } from '@tapps-agents/fs-atomic';
import { textOf } from './text-of.ts';

/** Something that could not be looked at. */
export interface Unreadable {
  /** Where: for the file engine a path below the root; null where the error does not tell. */
  readonly place: string | null;
  /** What the error says. */
  readonly detail: string;
}

/** So many are kept to be told of. */
const MAX_KEPT = 100;

/** What could not be looked at below a root, each one time, whoever comes across it. */
export class UnreadableParts {
  readonly #root: string;
  readonly #parts = new Map<string, Unreadable>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Notes what failed. */
  add(error: unknown): void {
    const path = error instanceof FsAtomicError ? error.path : null;
    const place = path === null ? null : relative(this.#root, path).split(sep).join('/') || '.';
    const detail = error instanceof Error ? error.message : textOf(error);
    const key = place ?? detail;
    if (this.#parts.size < MAX_KEPT && !this.#parts.has(key)) this.#parts.set(key, { place, detail });
  }

  /** All of them. */
  list(): readonly Unreadable[] {
    return [...this.#parts.values()];
  }
}
