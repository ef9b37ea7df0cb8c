import { sep } from 'node:path';
import type { Clock } from '@tapps-agents/fs-atomic';

/** How long an answer about a directory is reused. */
const FRESH_MS = 1_000;
const MAX_KNOWN = 10_000;
/** A message passes through fewer: its box, the leases, two places of the ledger, and where it was written. */
const MAX_RECENT = 8;
const SEPARATOR = sep.charCodeAt(0);

interface Seen {
  readonly directory: string;
  seen_ms: number;
}

/**
 * Which directories were looked at a moment ago. The last few are found by a path that leads through them: every call of the
 * file system asks, and to cut a directory out of a path, and to look for it among thousands, would cost as much as a small call.
 */
export class SeenDirectories {
  readonly #clock: Clock;
  readonly #known = new Map<string, number>();
  readonly #recent: Seen[] = [];
  #oldest = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `seen_ms`: when the look at it began, by the monotonic clock. */
  add(directory: string, seen_ms: number): void {
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(directory, seen_ms);
  }

  isFresh(directory: string): boolean {
    if (this.#isFresh(this.#recentAt(directory)?.seen_ms)) return true;
    const seen_ms = this.#known.get(directory);
    if (!this.#isFresh(seen_ms)) return false;
    this.#remember(directory, seen_ms);
    return true;
  }

  /** Whether the directory that a path is in is one of the last few, and fresh. */
  isFreshAround(path: string): boolean {
    return this.#isFresh(this.#recentAround(path)?.seen_ms);
  }

  #isFresh(seen_ms: number | undefined): seen_ms is number {
    return seen_ms !== undefined && this.#clock.monotonic() - seen_ms < FRESH_MS;
  }

  #remember(directory: string, seen_ms: number): void {
    const recent = this.#recentAt(directory);
    if (recent !== undefined) {
      recent.seen_ms = seen_ms;
      return;
    }
    this.#recent[this.#oldest] = { directory, seen_ms };
    this.#oldest = (this.#oldest + 1) % MAX_RECENT;
  }

  #recentAt(directory: string): Seen | undefined {
    for (const seen of this.#recent) if (seen.directory === directory) return seen;
    return undefined;
  }

  /**
   * The one that has this path's last name, and nothing between. `startsWith` compares character by character where it is compiled, and
   * `lastIndexOf` leaves the compiled code: together they took three times as long as these three looks.
   */
  #recentAround(path: string): Seen | undefined {
    for (const seen of this.#recent) {
      const end = seen.directory.length;
      if (path.charCodeAt(end) !== SEPARATOR || path.indexOf(seen.directory) !== 0) continue;
      if (!path.includes(sep, end + 1)) return seen;
    }
    return undefined;
  }
}
