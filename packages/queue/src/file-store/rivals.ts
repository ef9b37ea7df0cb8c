import type { Clock } from '@tapps-agents/fs-atomic';

/** A consumer of whom no lease was seen for so long claims no more, as far as sharing goes. */
const FRESH_MS = 2_000;
/** So many are told apart; more share as if there were no others. */
const MOST_RIVALS = 64;
/** `~<owner>.json`, at the end of a lease's name. */
const OWNER_AT = -13;
const OWNER_END = -5;
/** `~<nonce>.json`, at the end of a ready name: 30 random bits. */
const NONCE_AT = -11;
const NONCE_END = -5;

/** How many of its rivals a ready file is for before it is for this consumer: 0 for its own share. */
export type Share = (fileName: string) => number;

/**
 * Who else claims from one box, as their leases show, and how its messages are shared out among all of them without a word: each
 * name goes to the one whose owner id gives the highest hash together with it (rendezvous hashing), so that all who see the same
 * owners agree, and one more or less changes the share of the others only by what it takes or leaves.
 *
 * It is a matter of speed alone. Who errs about the others claims what another is after as well, and one rename wins.
 */
export class Rivals {
  readonly #clock: Clock;
  /** When a lease of each was seen last. */
  readonly #seen = new Map<string, number>();
  /** Of those that were seen, what is made for this owner. */
  #share: { readonly own: string; readonly share: Share } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Learns from the names of all leases in the box; `own` is empty before the first claim. */
  see(leaseNames: readonly string[], own: string): void {
    const now = this.#clock.monotonic();
    for (const name of leaseNames) {
      if (name.at(OWNER_AT - 1) !== '~') continue;
      if (own !== '' && name.endsWith(own, name.length + OWNER_END)) continue;
      const owner = name.slice(OWNER_AT, OWNER_END);
      const isKnown = this.#seen.has(owner);
      if (!isKnown && this.#seen.size >= MOST_RIVALS) continue;
      this.#seen.set(owner, now);
      if (!isKnown) this.#share = null;
    }
  }

  /**
   * The box is listed anew: who was not seen for long has no share in what that shows. In what an older listing showed it keeps its
   * share, as it has most likely done it: a consumer without work has no leases. Others would be after names that are long gone.
   */
  listing(): void {
    const now = this.#clock.monotonic();
    for (const [owner, seen_ms] of this.#seen) {
      if (now - seen_ms <= FRESH_MS) continue;
      this.#seen.delete(owner);
      this.#share = null;
    }
  }

  /** What is this consumer's; null where it has no rivals, and all is, or where none of them can know it yet. */
  shareOf(own: string): Share | null {
    if (this.#seen.size === 0 || own === '') return null;
    if (this.#share?.own !== own) this.#share = { own, share: shareBetween(own, [...this.#seen.keys()]) };
    return this.#share.share;
  }
}

function shareBetween(own: string, others: readonly string[]): Share {
  const own_hash = hash(own);
  const hashes = others.map(hash);
  return (fileName) => {
    const nonce = hash(fileName.slice(NONCE_AT, NONCE_END));
    const weight = mix(nonce ^ own_hash);
    let before = 0;
    for (const other of hashes) if (mix(nonce ^ other) > weight) before += 1;
    return before;
  };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value;
}

/** Spreads every bit over all: the finalizer of MurmurHash3. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
