import type { Awaitable, OwnerSession } from '@tapps-agents/fs-atomic';
import { QueueError } from '../errors.ts';
import type { Claimed } from '../claim.ts';
import { Crowd, type Member } from '../crowd.ts';
import type { Entry, Identity } from '../stored-message.ts';
import type { Name } from './names.ts';
import type { LeasedNames } from './leased-names.ts';

/** A lease that this process works on. */
export class Held implements Member {
  place = -1;
  readonly path: string;
  /** Which claim of this process it was; more than any, while it may not be in place yet: whatever is there already was claimed before. */
  claim = Number.POSITIVE_INFINITY;

  constructor(path: string) {
    this.path = path;
  }
}

/** The leases that this process works on, by session. One that bears a session's name and is not here is nobody's. */
const held = new WeakMap<OwnerSession, Crowd<Held>>();
let claims = 0;

/** From now on, before the message is even claimed, the lease of this path is somebody's here. */
export function hold(session: OwnerSession, path: string): Held {
  let all = held.get(session);
  if (all === undefined) {
    all = new Crowd();
    held.set(session, all);
  }
  const one = new Held(path);
  all.add(one);
  return one;
}

/** It is in place. */
export function noteClaimed(one: Held): void {
  claims += 1;
  one.claim = claims;
}

/** Which claim of this process was the last one so far. */
export function latestClaim(): number {
  return claims;
}

/** Which claim of this process the lease of this path was, see {@link Held}; undefined where nobody here works on it. Goes through all. */
export function claimOf(session: OwnerSession, path: string): number | undefined {
  for (const one of held.get(session) ?? []) if (one.path === path) return one.claim;
  return undefined;
}

/** Nobody here works on this lease any more; if it is still in place, recovery returns it. */
export function letGo(session: OwnerSession, one: Held): void {
  held.get(session)?.delete(one);
}

/**
 * The paths of all leases that somebody here works on. Of a lease that is in place before this is asked, it tells the truth for good: none
 * is taken up again.
 */
export function heldPaths(session: OwnerSession): ReadonlySet<string> {
  return new Set(Array.from(held.get(session) ?? [], ({ path }) => path));
}

/** Where the ledger has a message of this identity once it is finished. */
export interface LedgerRecord {
  readonly identity: Identity;
  readonly directory: string;
  readonly path: string;
}

/** A message under this process's lease: a file in `locks/` whose exact name only this process acts on. */
export class Lease implements Claimed {
  readonly entry: Entry;
  readonly content: Claimed['content'];
  readonly name: Name;
  readonly path: string;
  readonly session: OwnerSession;
  /** Whether the session owns this message alone, so that it may be detached and ends with the lease. */
  readonly isSole: boolean;
  /** Null for one that this process never claimed: it was detached. */
  readonly held: Held | null;
  /** What is leased beside it; null for one that was admitted long ago. */
  readonly beside: LeasedNames | null;
  /** Null before anybody asked. */
  record: LedgerRecord | null = null;

  constructor(
    entry: Entry,
    content: Claimed['content'],
    name: Name,
    path: string,
    of: {
      readonly session: OwnerSession;
      readonly isSole: boolean;
      readonly held?: Held;
      readonly beside?: LeasedNames;
    },
  ) {
    this.held = of.held ?? null;
    this.beside = of.beside ?? null;
    this.isSole = of.isSole;
    this.entry = entry;
    this.content = content;
    this.name = name;
    this.path = path;
    this.session = of.session;
  }

  get signal(): AbortSignal {
    return this.session.signal;
  }

  /** Which claim of this process it was. */
  get claim(): number {
    return this.held?.claim ?? 0;
  }

  /** Leaves it to recovery; a detached one to its deadline, since somebody else may have its name. */
  abandon(): void {
    this.#letGo();
    if (this.isSole && !this.session.record.detached) void this.#endOwner();
  }

  /** It was settled, and its owner holds nothing any more if it held this alone. */
  settled(): Awaitable<void> {
    this.#letGo();
    return this.isSole ? this.#endOwner() : undefined;
  }

  #letGo(): void {
    if (this.held !== null) letGo(this.session, this.held);
  }

  async #endOwner(): Promise<void> {
    try {
      await this.session.close();
    } catch {
      // What is left is a record without a lease. Retention ends it when its time is over.
    }
  }

  /** The error for whoever acts on a lease that is no longer theirs. Nothing was changed. */
  lost(cause?: unknown): QueueError {
    this.#letGo();
    return new QueueError(
      'ERR_LEASE_LOST',
      `The lease on message ${this.entry.messageId ?? this.entry.entryId} (delivery ${this.entry.deliveries}) is no longer held here: it ran out, or was taken over. Stop working on it; whoever holds it now finishes it.`,
      {
        path: this.path,
        ...(this.entry.messageId === null ? {} : { messageId: this.entry.messageId }),
        agentId: this.entry.box.agentId,
        cause,
      },
    );
  }
}

/** The lease behind a claim of this engine. */
export function leaseOf(claimed: Claimed): Lease {
  if (claimed instanceof Lease) return claimed;
  throw new QueueError(
    'ERR_INVALID_OPTION',
    'This message was claimed from another store. Settle it with the store that claimed it.',
  );
}
