import type { Awaitable, OwnerSession } from '@tapps-agents/fs-atomic';
import { QueueError } from '../errors.ts';
import type { Claimed } from '../claim.ts';
import type { Entry } from '../stored-message.ts';
import type { Name } from './names.ts';
import type { Rivals } from './rivals.ts';

/** The leases that this process works on, by session. One that bears a session's name and is not here is nobody's. */
const held = new WeakMap<OwnerSession, Set<string>>();

/** From now on, before the message is even claimed, the lease of this path is somebody's here. */
export function hold(session: OwnerSession, path: string): void {
  const paths = held.get(session) ?? new Set<string>();
  held.set(session, paths);
  paths.add(path);
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
  /** Who else is at this box; null where that does not matter. */
  readonly rivals: Rivals | null;

  constructor(
    entry: Entry,
    content: Claimed['content'],
    name: Name,
    path: string,
    of: { readonly session: OwnerSession; readonly isSole: boolean; readonly rivals?: Rivals | null },
  ) {
    this.rivals = of.rivals ?? null;
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
