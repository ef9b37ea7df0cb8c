import type { CancelTimer, OwnerSession } from '@tapps-agents/fs-atomic';
import { Failures } from '../failures-on-the-way.ts';
import type { Recovered } from '../store.ts';
import type { Box } from '../stored-message.ts';
import type { Disk } from './disk.ts';
import type { Name } from './names.ts';
import { holderOf, recordLoss, returnLease } from './recovery.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** A lease that nobody here will settle. */
export interface LeftLease {
  readonly session: OwnerSession;
  readonly box: Box;
  readonly path: string;
  readonly name: Name;
}

/** What is told in the background. */
export interface LeftLeasesTold {
  readonly onReturned: (recovered: Recovered) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Leases of this process that could not be put back, and that nobody works on any more. Others leave them alone, since their owner
 * lives; a consumer here would take them back, but need not run any more. So each is tried again in the background, by its exact
 * name and ever later, until it is back, or was gone, or its session has ended and they are anybody's.
 */
export class LeftLeases {
  readonly #disk: Disk;
  readonly #told: LeftLeasesTold;
  readonly #left = new Map<string, LeftLease>();
  #pause_ms = FIRST_PAUSE_MS;
  #due_ms = 0;
  #cancel: CancelTimer | undefined;
  #trying: Promise<void> | undefined;
  #stopped = false;

  constructor(disk: Disk, told: LeftLeasesTold) {
    this.#disk = disk;
    this.#told = told;
  }

  add(lease: LeftLease): void {
    this.#left.set(lease.path, lease);
    this.#pause_ms = FIRST_PAUSE_MS;
    // One that keeps coming in must not put off the others for ever.
    const dueIn_ms = this.#due_ms - this.#disk.clock.monotonic();
    if (this.#cancel === undefined || dueIn_ms > FIRST_PAUSE_MS) this.#schedule();
  }

  /** Tries no more, and waits for what is being tried. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#trying;
  }

  #schedule(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#stopped || this.#left.size === 0 || this.#trying !== undefined) return;
    const tryNow = (): void => {
      this.#cancel = undefined;
      this.#trying = this.#tryAll().finally(() => {
        this.#trying = undefined;
        this.#schedule();
      });
    };
    const { clock } = this.#disk;
    this.#due_ms = clock.monotonic() + this.#pause_ms;
    this.#cancel = clock.setTimer(tryNow, this.#pause_ms, { background: true });
    this.#pause_ms = Math.min(this.#pause_ms * 2, LONGEST_PAUSE_MS);
  }

  /** Never rejects. */
  async #tryAll(): Promise<void> {
    const failures = new Failures();
    for (const lease of this.#left.values()) {
      if (this.#stopped) return;
      const tried = await failures.guard(() => this.#putBack(lease));
      if (tried !== null) this.#left.delete(lease.path);
    }
    const error = failures.asError(
      'leases that nobody works on could not be put back; they are tried again.',
    );
    if (error !== null) this.#told.onError(error);
  }

  async #putBack({ session, box, path, name }: LeftLease): Promise<'done'> {
    if (!(await isAlive(session))) return 'done';
    const entry = await returnLease(this.#disk, box, path, name, 'impatient');
    if (entry === undefined) return 'done';
    const holder = holderOf(session.owner, session.record, 'absent');
    this.#told.onReturned({ entry, holder });
    try {
      await recordLoss(this.#disk, box, name, holder, 'own');
    } catch (error) {
      this.#told.onError(error); // It is back all the same.
    }
    return 'done';
  }
}

/** A process that slept past its lease learns it here, before it moves anything. */
async function isAlive(session: OwnerSession): Promise<boolean> {
  try {
    await session.ensureAlive();
  } catch (error) {
    if (!session.signal.aborted) throw error;
  }
  return !session.signal.aborted;
}
