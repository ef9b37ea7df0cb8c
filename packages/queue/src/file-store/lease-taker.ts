import { join, sep } from 'node:path';
import { ensureDirectory, moveAtOnce, moveFile } from '@tapps-agents/fs-atomic';
import type { Box } from '../stored-message.ts';
import type { Candidate } from './backlog.ts';
import { writing, type Disk } from './disk.ts';
import { makeEntry } from './entry.ts';
import { hold, Lease, letGo, noteClaimed } from './lease.ts';
import type { LeasedNames } from './leased-names.ts';
import { formatLeased, formatReady, MAX_COUNTER, type Name } from './names.ts';
import { newNonce } from './nonce.ts';
import { PatientReader } from './patient-reader.ts';
import type { Sessions } from './sessions.ts';
import { noteTaken } from './taken-names.ts';

/** Takes single messages out of one box: one rename, which decides between all who try, and what belongs to it before and after. */
export class LeaseTaker {
  readonly #disk: Disk;
  readonly #sessions: Sessions;
  readonly #box: Box;
  readonly #isDetachable: boolean;
  readonly #beside: LeasedNames;
  readonly #decided: (won: boolean) => void;
  readonly #reader: PatientReader;
  #leasesAreKept = false;
  #owner = '';

  /** `isDetachable`: each message gets an owner of its own. `decided`: hears of each rename whether it was won. */
  constructor(
    disk: Disk,
    sessions: Sessions,
    box: Box,
    {
      isDetachable,
      beside,
      decided,
    }: {
      readonly isDetachable: boolean;
      readonly beside: LeasedNames;
      readonly decided: (won: boolean) => void;
    },
  ) {
    this.#disk = disk;
    this.#sessions = sessions;
    this.#box = box;
    this.#isDetachable = isDetachable;
    this.#beside = beside;
    this.#decided = decided;
    this.#reader = new PatientReader(disk);
  }

  /** Under which owner it was tried last; empty before that. */
  get owner(): string {
    return this.#owner;
  }

  /** Undefined where somebody else was faster, or the file is no message any more. Throws where the file system failed; then it is put back. */
  async take(candidate: Candidate): Promise<Lease | undefined> {
    const disk = this.#disk;
    if (!this.#leasesAreKept) await this.#keepLeases();
    const opened = this.#isDetachable ? this.#sessions.sole() : this.#sessions.current();
    const session = opened instanceof Promise ? await opened : opened;
    this.#owner = session.owner;
    const alive = session.ensureAlive();
    if (alive instanceof Promise) await alive;
    const name = {
      ...candidate.name,
      deliveries: Math.min(candidate.name.deliveries + 1, MAX_COUNTER),
      readyAt_ms: null,
      // Another reader of this process may be after the same file under the same owner: its lease needs another name, or
      // the loser would find the winner's file and take it for its own.
      nonce: newNonce(),
    };
    const path = disk.layout.leases(this.#box) + sep + formatLeased(name, session.owner);
    const from = disk.layout.box(this.#box) + sep + candidate.fileName;
    hold(session, path);
    let lease: Lease | undefined;
    try {
      const moving = moveAtOnce(from, path, writing(disk, 'none'));
      const won = moving instanceof Promise ? await moving : moving;
      noteTaken(disk, candidate.fileName);
      this.#decided(won);
      if (!won) return undefined;
      const claim = noteClaimed(session, path);
      // A process that was stopped between the two may have lost its session before it renamed: then the lease is
      // nobody's, and whoever looks next returns it.
      const stillAlive = session.ensureAlive();
      if (stillAlive instanceof Promise) await stillAlive;
      const content = await this.#contentOf(path, name);
      if (content === undefined) return undefined;
      const entry = makeEntry(disk, 'leased', this.#box, name, path, session.owner);
      const [isSole, beside] = [this.#isDetachable, this.#beside];
      lease = new Lease(entry, content, name, path, { session, isSole, claim, beside });
      return lease;
    } catch (error) {
      // It may not have been put back, or be claimed although that was answered by an error: nobody has it then, and its owner lives on.
      if (!this.#isDetachable) this.#sessions.left.add({ session, box: this.#box, path, name });
      throw error;
    } finally {
      if (lease === undefined) letGo(session, path);
      if (lease === undefined && this.#isDetachable) await session.close();
    }
  }

  /** A power loss that took away the directory of the leases would take along every message that is leased. */
  async #keepLeases(): Promise<void> {
    await ensureDirectory(this.#disk.layout.leases(this.#box), writing(this.#disk, 'full'));
    this.#leasesAreKept = true;
  }

  /**
   * A read that fails for a reason that may pass puts the message back and is reported. No handler has seen the message, so
   * the delivery does not count: no message is given up because of a disk.
   */
  async #contentOf(path: string, name: Name): Promise<Lease['content'] | undefined> {
    try {
      const content = this.#reader.read(path, name);
      return content instanceof Promise ? await content : content;
    } catch (error) {
      const ready = {
        ...name,
        deliveries: name.deliveries - 1,
        readyAt_ms: Math.round(this.#disk.clock.now() + 1_000),
        nonce: newNonce(),
      };
      await moveFile(
        path,
        join(this.#disk.layout.box(this.#box), formatReady(ready)),
        writing(this.#disk, 'none'),
      );
      throw error;
    }
  }
}
