import { join, sep } from 'node:path';
import {
  ensureDirectory,
  moveAtOnce,
  moveFile,
  type Awaitable,
  type OwnerSession,
} from '@tapps-agents/fs-atomic';
import type { Box } from '../stored-message.ts';
import type { Candidate } from './backlog.ts';
import { within, writing, type Disk } from './disk.ts';
import { makeEntry } from './entry.ts';
import { hold, Lease, letGo, noteClaimed, type Held } from './lease.ts';
import type { LeasedNames } from './leased-names.ts';
import { formatLeased, formatReady, MAX_COUNTER, type Name } from './names.ts';
import { newNonce } from './nonce.ts';
import { PatientReader } from './patient-reader.ts';
import type { Sessions } from './sessions.ts';
import { noteTaken } from './taken-names.ts';

/** What is tried: to have a message under this name. */
interface Attempt {
  readonly session: OwnerSession;
  readonly name: Name;
  readonly path: string;
  readonly held: Held;
}

/** Takes single messages out of one box: one rename, which decides between all who try, and what belongs to it before and after. */
export class LeaseTaker {
  readonly #disk: Disk;
  readonly #sessions: Sessions;
  readonly #box: Box;
  readonly #isDetachable: boolean;
  readonly #beside: LeasedNames;
  readonly #decided: (won: boolean) => void;
  readonly #reader = new PatientReader();
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
  }

  /** Under which owner it was tried last; empty before that. */
  get owner(): string {
    return this.#owner;
  }

  /**
   * Undefined where somebody else was faster, or the file is no message any more. Throws where the file system failed; then it is put back.
   * At once, where the file system answers at once: with every message, promises would cost as much as a system call.
   */
  take(candidate: Candidate): Awaitable<Lease | undefined> {
    if (!this.#leasesAreKept || this.#isDetachable) return this.#takeByNewSession(candidate);
    const session = this.#sessions.current();
    return session instanceof Promise
      ? session.then((opened) => this.#takeUnder(opened, candidate))
      : this.#takeUnder(session, candidate);
  }

  async #takeByNewSession(candidate: Candidate): Promise<Lease | undefined> {
    if (!this.#leasesAreKept) await this.#keepLeases();
    const session = await (this.#isDetachable ? this.#sessions.sole() : this.#sessions.current());
    return await this.#takeUnder(session, candidate);
  }

  #takeUnder(session: OwnerSession, candidate: Candidate): Awaitable<Lease | undefined> {
    this.#owner = session.owner;
    const alive = session.ensureAlive();
    return alive instanceof Promise
      ? alive.then(() => this.#try(session, candidate))
      : this.#try(session, candidate);
  }

  #try(session: OwnerSession, candidate: Candidate): Awaitable<Lease | undefined> {
    const name = {
      ...candidate.name,
      deliveries: Math.min(candidate.name.deliveries + 1, MAX_COUNTER),
      readyAt_ms: null,
      // Another reader of this process may be after the same file under the same owner: its lease needs another name, or
      // the loser would find the winner's file and take it for its own.
      nonce: newNonce(),
    };
    const path = this.#disk.layout.leases(this.#box) + sep + formatLeased(name, session.owner);
    const attempt: Attempt = { session, name, path, held: hold(session, path) };
    let taking: Awaitable<Lease | undefined>;
    try {
      taking = this.#move(attempt, candidate.fileName);
    } catch (error) {
      taking = Promise.reject(error);
    }
    return taking instanceof Promise || taking === undefined ? this.#finish(attempt, taking) : taking;
  }

  /** What is to be done where it came to no lease. */
  async #finish(
    { session, name, path, held }: Attempt,
    taking: Promise<Lease | undefined> | undefined,
  ): Promise<Lease | undefined> {
    let lease: Lease | undefined;
    try {
      lease = await taking;
      return lease;
    } catch (error) {
      // It may not have been put back, or be claimed although that was answered by an error: nobody has it then, and its owner lives on.
      if (!this.#isDetachable) this.#sessions.left.add({ session, box: this.#box, path, name });
      throw error;
    } finally {
      if (lease === undefined) letGo(session, held);
      if (lease === undefined && this.#isDetachable) await session.close();
    }
  }

  #move(attempt: Attempt, fileName: string): Awaitable<Lease | undefined> {
    const { layout } = this.#disk;
    const ready = layout.box(this.#box);
    const near = within(this.#disk, ready, layout.leases(this.#box));
    const moving = moveAtOnce(ready + sep + fileName, attempt.path, writing(near, 'none'));
    return moving instanceof Promise
      ? moving.then((won) => this.#moved(attempt, fileName, won))
      : this.#moved(attempt, fileName, moving);
  }

  #moved(attempt: Attempt, fileName: string, won: boolean): Awaitable<Lease | undefined> {
    noteTaken(this.#disk, fileName);
    this.#decided(won);
    if (!won) return undefined;
    noteClaimed(attempt.held);
    // A process that was stopped between the two may have lost its session before it renamed: then the lease is
    // nobody's, and whoever looks next returns it.
    const alive = attempt.session.ensureAlive();
    return alive instanceof Promise ? alive.then(() => this.#read(attempt)) : this.#read(attempt);
  }

  #read(attempt: Attempt): Awaitable<Lease | undefined> {
    const content = this.#contentOf(attempt);
    return content instanceof Promise
      ? content.then((found) => this.#leased(attempt, found))
      : this.#leased(attempt, content);
  }

  #leased({ session, name, path, held }: Attempt, content: Lease['content'] | undefined): Lease | undefined {
    if (content === undefined) return undefined;
    const entry = makeEntry(this.#disk, 'leased', this.#box, name, path, session.owner);
    const [isSole, beside] = [this.#isDetachable, this.#beside];
    return new Lease(entry, content, name, path, { session, isSole, held, beside });
  }

  /** A power loss that took away the directory of the leases would take along every message that is leased. */
  async #keepLeases(): Promise<void> {
    await ensureDirectory(this.#disk.layout.leases(this.#box), writing(this.#disk, 'full'));
    this.#leasesAreKept = true;
  }

  #contentOf({ path, name }: Attempt): Awaitable<Lease['content'] | undefined> {
    const near = within(this.#disk, this.#disk.layout.leases(this.#box));
    try {
      const content = this.#reader.read(near, path, name);
      return content instanceof Promise
        ? content.catch((error: unknown) => this.#putBack(path, name, error))
        : content;
    } catch (error) {
      return this.#putBack(path, name, error);
    }
  }

  /**
   * A read that fails for a reason that may pass puts the message back and is reported. No handler has seen the message, so
   * the delivery does not count: no message is given up because of a disk.
   */
  async #putBack(path: string, name: Name, error: unknown): Promise<never> {
    const ready = {
      ...name,
      deliveries: name.deliveries - 1,
      readyAt_ms: Math.round(this.#disk.clock.now() + 1_000),
      nonce: newNonce(),
    };
    const to = join(this.#disk.layout.box(this.#box), formatReady(ready));
    await moveFile(path, to, writing(this.#disk, 'none'));
    throw error;
  }
}
