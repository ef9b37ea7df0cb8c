import { setMaxListeners } from 'node:events';
import { openOwnerSession, type OwnerSession } from '@tapps-agents/fs-atomic';
import { QueueError } from '../errors.ts';
import type { Disk } from './disk.ts';

/** This store's owner session: opened with the first claim, and a new one when others have ended the last. */
export class Sessions {
  readonly #disk: Disk;
  #lease_ms: number;
  readonly #agentId: string;
  readonly #onError: (error: unknown) => void;
  #opening: Promise<OwnerSession> | undefined;
  #closed = false;

  constructor(disk: Disk, lease_ms: number, agentId: string, onError: (error: unknown) => void) {
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
  async current(): Promise<OwnerSession> {
    for (;;) {
      if (this.#closed)
        throw new QueueError('ERR_CLOSED', 'The queue is closed. Open it anew with openQueue().');
      const opening = (this.#opening ??= this.#open());
      const session = await opening;
      if (!session.signal.aborted) return session;
      // Of several that find the session ended, the first opens the next one.
      if (this.#opening === opening) this.#opening = undefined;
      // Where its heartbeats failed, the record is still in place, and would keep what it held from everybody.
      await session.close().catch(this.#onError);
    }
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

  /** Ends the session for good; when that failed it may be called again. */
  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#opening)?.close();
    this.#opening = undefined;
  }

  async #open(): Promise<OwnerSession> {
    try {
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
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }
}
