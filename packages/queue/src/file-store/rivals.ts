import type { Clock } from '@tapps-agents/fs-atomic';

/** A consumer that was not seen to claim or settle anything for so long claims no more, as far as sharing goes. */
const FRESH_MS = 2_000;
/** Who passes by the leases with every message need not look at them each time: a holder's share hangs on seconds. */
const GLANCE_MS = 5;
/** Among so many a box is shared; more share as if there were no others. */
const MOST_RIVALS = 64;
/** So many holders of leases are told apart, with those that only hold on to what they have. */
const MOST_HOLDERS = 1_024;
/** `~<owner>.json`, at the end of a lease's name. */
const OWNER_AT = -13;
const OWNER_END = -5;
/** `~<nonce>~<owner>.json` */
const LEASE_NONCE_AT = -20;
const LEASE_NONCE_END = -14;
/** `~<nonce>.json`, at the end of a ready name: 30 random bits. */
const NONCE_AT = -11;
const NONCE_END = -5;

/** Who holds leases in the box, as the last look at them showed. */
interface Holder {
  /** The nonces of its leases, in one number: it changes with each claim and each end of one. */
  leases: number;
  changed_ms: number;
  /** In which look it was seen last, and what the look has found so far. */
  look: number;
  found: number;
  isRival: boolean;
}

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
  readonly #holders = new Map<string, Holder>();
  #looks = 0;
  #seen_ms = Number.NEGATIVE_INFINITY;
  #rivals = 0;
  /** What is made for this owner, among those that are rivals. */
  #share: { readonly own: string; readonly share: Share } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** As {@link see}, where the names are at hand anyway; makes nothing of them if that was done a moment ago. */
  glance(leaseNames: readonly string[], own: string): void {
    if (this.#clock.monotonic() - this.#seen_ms >= GLANCE_MS) this.see(leaseNames, own);
  }

  /** Learns from the names of all leases in the box; `own` is empty before the first claim. */
  see(leaseNames: readonly string[], own: string): void {
    const now = this.#clock.monotonic();
    this.#seen_ms = now;
    this.#looks += 1;
    for (const name of leaseNames) {
      if (name.at(OWNER_AT - 1) !== '~') continue;
      if (own !== '' && name.endsWith(own, name.length + OWNER_END)) continue;
      this.#note(name.slice(OWNER_AT, OWNER_END), hash(name.slice(LEASE_NONCE_AT, LEASE_NONCE_END)));
    }
    for (const holder of this.#holders.values()) {
      if (holder.look !== this.#looks || holder.found === holder.leases) continue;
      holder.leases = holder.found;
      holder.changed_ms = now;
      if (!holder.isRival && this.#rivals < MOST_RIVALS) this.#setRival(holder, true);
    }
  }

  #note(owner: string, nonce: number): void {
    let holder = this.#holders.get(owner);
    if (holder === undefined) {
      if (this.#holders.size >= MOST_HOLDERS) return;
      holder = { leases: 0, changed_ms: 0, look: 0, found: 0, isRival: false };
      this.#holders.set(owner, holder);
    }
    if (holder.look !== this.#looks) holder.found = 0;
    holder.look = this.#looks;
    holder.found = (holder.found + nonce) | 0;
  }

  #setRival(holder: Holder, isRival: boolean): void {
    holder.isRival = isRival;
    this.#rivals += isRival ? 1 : -1;
    this.#share = null;
  }

  /**
   * The box is listed anew: who did nothing for long has no share in what that shows, be it that it is without work, or that it is
   * at what it has: a long task, or one that somebody took by hand. In what an older listing showed it keeps its share, as it has
   * most likely done it. Others would be after names that are long gone.
   */
  listing(): void {
    const now = this.#clock.monotonic();
    for (const [owner, holder] of this.#holders) {
      if (now - holder.changed_ms <= FRESH_MS) continue;
      if (holder.isRival) this.#setRival(holder, false);
      if (holder.look !== this.#looks) this.#holders.delete(owner);
    }
  }

  /** What is this consumer's; null where it has no rivals, and all is, or where none of them can know it yet. */
  shareOf(own: string): Share | null {
    if (this.#rivals === 0 || own === '') return null;
    if (this.#share?.own !== own) this.#share = { own, share: shareBetween(own, this.#owners()) };
    return this.#share.share;
  }

  #owners(): readonly string[] {
    return [...this.#holders].flatMap(([owner, { isRival }]) => (isRival ? [owner] : []));
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
