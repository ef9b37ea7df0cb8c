import type { Awaitable, OwnerSession } from '@tapps-agents/fs-atomic';
import { QueueError } from '../errors.ts';
import type { Claimed } from '../claim.ts';
import type { Entry } from '../stored-message.ts';
import type { Name } from './names.ts';
import type { LeasedNames } from './leased-names.ts';

/**
 * The leases that this process works on, by session, each with its place among all claims of this process. One that bears a
 * session's name and is not here is nobody's.
 */
const held = new WeakMap<OwnerSession, Map<string, number>>();
let claims = 0;

/** From now on, before the message is even claimed, the lease of this path is somebody's here. */
export function hold(session: OwnerSession, path: string): void {
  let places = held.get(session);
  if (places === undefined) {
    places = new Map();
    held.set(session, places);
  }
  places.set(path, Number.POSITIVE_INFINITY); // Whatever is in place already was claimed before.
}

/** It is in place; returns which claim of this process it was. */
export function noteClaimed(session: OwnerSession, path: string): number {
  claims += 1;
  held.get(session)?.set(path, claims);
  return claims;
}

/** Which claim of this process was the last one so far. */
export function latestClaim(): number {
  return claims;
}

/** Which claim of this process the lease of this path was: more than any that was made, while it may not be in place yet; undefined where nobody here works on it. */
export function claimOf(session: OwnerSession, path: string): number | undefined {
  return held.get(session)?.get(path);
}

/** Nobody here works on the lease of this path any more; if it is still in place, recovery returns it. */
export function letGo(session: OwnerSession, path: string): void {
  held.get(session)?.delete(path);
}

/** Whether somebody here works on the lease of this path. */
export function isHeld(session: OwnerSession, path: string): boolean {
  return held.get(session)?.has(path) ?? false;
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
  /** Which claim of this process it was. */
  readonly claim: number;
  /** What is leased beside it; null for one that was admitted long ago. */
  readonly beside: LeasedNames | null;

  constructor(
    entry: Entry,
    content: Claimed['content'],
    name: Name,
    path: string,
    of: {
      readonly session: OwnerSession;
      readonly isSole: boolean;
      readonly claim?: number;
      readonly beside?: LeasedNames;
    },
  ) {
    this.claim = of.claim ?? 0;
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

  /** Leaves it to recovery; a detached one to its deadline, since somebody else may have its name. */
  abandon(): void {
    letGo(this.session, this.path);
    if (this.isSole && !this.session.record.detached) void this.#endOwner();
  }

  /** It was settled, and its owner holds nothing any more if it held this alone. */
  settled(): Awaitable<void> {
    letGo(this.session, this.path);
    return this.isSole ? this.#endOwner() : undefined;
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
    letGo(this.session, this.path);
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
