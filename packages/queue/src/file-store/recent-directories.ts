/** A message passes through fewer: its box, the leases, two places of the ledger, and where it was written. */
const MAX_REMEMBERED = 8;

interface Seen {
  readonly directory: string;
  seen_ms: number;
}

/**
 * When the last few directories were seen, found by a path that leads through one: every call of the file system asks, and to
 * cut a directory out of a path, and to look for it among thousands, would cost as much as a small call itself.
 */
export class RecentDirectories {
  readonly #seen: Seen[] = [];
  #oldest = 0;

  /** When the directory was seen that is the first `length` characters of a path; undefined where it is none of the last few. */
  seenAt_ms(path: string, length: number): number | undefined {
    return this.#find(path, length)?.seen_ms;
  }

  add(directory: string, seen_ms: number): void {
    const known = this.#find(directory, directory.length);
    if (known !== undefined) {
      known.seen_ms = seen_ms;
      return;
    }
    this.#seen[this.#oldest] = { directory, seen_ms };
    this.#oldest = (this.#oldest + 1) % MAX_REMEMBERED;
  }

  #find(path: string, length: number): Seen | undefined {
    for (const seen of this.#seen)
      if (seen.directory.length === length && path.startsWith(seen.directory)) return seen;
    return undefined;
  }
}
