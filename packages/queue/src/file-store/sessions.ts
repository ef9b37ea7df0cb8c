import { setMaxListeners } from 'node:events';
import { openOwnerSession, type Awaitable, type OwnerSession } from '@tapps-agents/fs-atomic';
import { QueueError } from '../errors.ts';
import type { Recovered } from '../store.ts';
import type { Disk } from './disk.ts';
import type { Lease } from './lease.ts';
import { LeftLeases } from './left-leases.ts';

/** This store's owner session: opened with the first claim, and a new one when others have ended the last. */
export class Sessions {
  /** What was left of the leases of these sessions. */
  readonly left: LeftLeases;
  readonly #disk: Disk;
  #lease_ms: number;
  readonly #agentId: string;
  readonly #onError: (error: unknown) => void;
  #opening: Promise<OwnerSession> | undefined;
  /** The one that was opened last; to be had at once. */
  #session: OwnerSession | undefined;
  /** Sessions of one message each, as long as they are this process’s. */
  readonly #sole = new Set<OwnerSession>();
  #closed = false;

  constructor(
    disk: Disk,
    lease_ms: number,
    agentId: string,
    onError: (error: unknown) => void,
    onReturned: (recovered: Recovered) => void = () => {},
  ) {
    this.left = new LeftLeases(disk, { onReturned, onError });
    this.#disk = disk;
    this.#lease_ms = lease_ms;
    this.#agentId = agentId;
    this.#onError = onError;
  }

  /** The lease of the next session; one that is open keeps its own. */
  useLease(lease_ms: number): void {
    this.#lease_ms = lease_ms;
  }

  /**
   * The session to claim under, alive as far as this process can know.
   *
   * @throws QueueError `ERR_CLOSED` once the store is closed
   */
  current(): Awaitable<OwnerSession> {
    const session = this.#session;
    return session === undefined || session.signal.aborted || this.#closed ? this.#next() : session;
  }

  async #next(): Promise<OwnerSession> {
    for (;;) {
      this.#refuseClosed();
      const opening = (this.#opening ??= this.#open().catch((error: unknown) => {
        this.#opening = undefined;
        throw error;
      }));
      const session = await opening;
      if (!session.signal.aborted) {
        this.#session = session;
        return session;
      }
      // Of several that find the session ended, the first opens the next one.
      if (this.#opening === opening) this.#opening = undefined;
      // Where its heartbeats failed, the record is still in place, and would keep what it held from everybody.
      await session.close().catch(this.#onError);
    }
  }

  /**
   * A new session for one message alone, which can be detached. Whoever asks for it closes it, when it comes to nothing too.
   *
   * @throws QueueError `ERR_CLOSED` once the store is closed
   */
  async sole(): Promise<OwnerSession> {
    this.#refuseClosed();
    const session = await this.#open();
    this.#sole.add(session);
    session.signal.addEventListener('abort', () => this.#sole.delete(session), { once: true });
    return session;
  }

  /** A session of one message needs this process no more: it is whoever’s has its name, and nothing of it is kept here. */
  detached(session: OwnerSession): void {
    this.#sole.delete(session);
  }

  /**
   * The session that holds this process's leases; null before the first claim, and once it has ended: what it held is then to
   * be taken back like anybody's, perhaps by this process, if no other is left to do it.
   */
  async living(): Promise<OwnerSession | null> {
    const session = await this.#opening;
    return session === undefined || session.signal.aborted ? null : session;
  }

  /** The id of {@link living}. */
  async owner(): Promise<string | null> {
    return (await this.living())?.owner ?? null;
  }

  /** Nobody here will settle this one: it goes back by itself, or with its owner if that held it alone. */
  abandon(lease: Lease): void {
    lease.abandon();
    const { session, path, name, entry } = lease;
    if (!lease.isSole) this.left.add({ session, box: entry.box, path, name });
  }

  /** Ends the session for good; when that failed it may be called again. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.left.stop();
    await (await this.#opening)?.close();
    this.#opening = undefined;
    for (const session of this.#sole) if (!session.record.detached) await session.close();
    this.#sole.clear();
  }

  #refuseClosed(): void {
    if (!this.#closed) return;
    throw new QueueError('ERR_CLOSED', 'The queue is closed. Open it anew with openQueue().');
  }

  async #open(): Promise<OwnerSession> {
    const session = await openOwnerSession({
      directory: this.#disk.layout.owners,
      lease_ms: this.#lease_ms,
      details: { agent_id: this.#agentId },
      fileSystem: this.#disk.fileSystem,
      clock: this.#disk.clock,
      fileMode: this.#disk.fileMode,
      directoryMode: this.#disk.directoryMode,
      onError: this.#onError,
    });
    setMaxListeners(0, session.signal); // Each message in hand listens: as many as are handled at once.
    return session;
  }
}
