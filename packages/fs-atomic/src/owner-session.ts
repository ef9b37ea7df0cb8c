import { retryWhileBusy } from './busy.ts';
import { createExclusive } from './create-exclusive.ts';
import { ensureDirectory } from './directory.ts';
import { FsAtomicError, invalidArgument, systemErrorCode, systemFailure } from './errors.ts';
import { pathExists } from './existence.ts';
import { fileSettings } from './file-options.ts';
import type { FileOptions, FileSettings } from './file-options.ts';
import type { Awaitable, ExclusiveFile } from './file-system.ts';
import { Heartbeat } from './heartbeat.ts';
import { newOwnerId, ownerAlivePath, ownerRecordPath, serializeOwnerRecord } from './owner-record.ts';
import type { JsonValue, OwnerRecord } from './owner-record.ts';
import { processIdentity } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { discard } from './staging.ts';

/*
 * The life of a session:
 *
 *   open --close()--> closed      the record is removed; whatever the owner held may be returned
 *   open -----------> lost        the record was renamed away by others, or no heartbeat succeeded for a whole
 *                                 lease, so that others may be about to do it
 *
 * Neither state is ever left: who wants to go on opens a new session, under a new owner id. The record's path stands
 * still for the whole life, so every scan of the directory sees it.
 */

/** How a session is opened. The `signal` calls off the opening; it does not close the session. */
export interface OwnerSessionOptions extends FileOptions {
  /** Where the records of all owners are; created if missing. */
  readonly directory: string;
  /** How long others must see the record unchanged before they may end the session; default 30,000. */
  readonly lease_ms?: number | undefined;
  /** What else the record tells those who read it. */
  readonly details?: Readonly<Record<string, JsonValue>> | undefined;
  /**
   * True: no heartbeat and no process behind it. The session outlives this process until others have seen its
   * record unchanged for `lease_ms`; leave it open to leave it behind.
   */
  readonly detached?: boolean | undefined;
  /** Told of heartbeats that failed and will be tried again. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Permission bits of the record; default 0o600. */
  readonly fileMode?: number | undefined;
  /** Permission bits of the directory if it is created; default 0o700. */
  readonly directoryMode?: number | undefined;
  /** Default: the facts of this process. */
  readonly identity?: ProcessIdentity | undefined;
}

/** One process's (or one detached holder's) standing as an owner. */
export interface OwnerSession extends AsyncDisposable {
  /** 8 characters of 0-9a-v. */
  readonly owner: string;
  readonly record: OwnerRecord;
  /** Aborted with `ERR_SESSION_LOST` when the session is lost, and with an AbortError when it is closed. */
  readonly signal: AbortSignal;
  /**
   * Throws `ERR_SESSION_LOST` when the session has ended; to be awaited before acting as the owner. It costs nothing
   * while the last heartbeat is younger than half a lease; else it beats now, so that a process that was
   * stopped, or an event loop that was blocked, learns what it missed. It narrows the gap and cannot close
   * it: only acting on names that are never reused can.
   */
  ensureAlive(): Awaitable<void>;
  /** Ends the session: aborts the signal, stops the heartbeat, removes the record. May be called again. */
  close(): Promise<void>;
}

/** Of 2^40 ids, even two in a row that are taken mean that something else is wrong. */
const mostAttempts = 10;

/** Opens a session: creates the owner's record under a new random id and keeps it alive by a heartbeat every third of the lease. */
export async function openOwnerSession(options: OwnerSessionOptions): Promise<OwnerSession> {
  const settings = fileSettings(options);
  const { directory, details = {}, lease_ms = 30_000, detached = false } = options;
  if (directory === '') throw invalidArgument('directory must not be empty.');
  if (!Number.isFinite(lease_ms) || lease_ms <= 0) {
    throw invalidArgument(`lease_ms is ${lease_ms}; it must be a number of milliseconds above 0.`);
  }
  settings.signal?.throwIfAborted();
  await ensureDirectory(directory, { ...settings, directoryMode: options.directoryMode });
  const identity = options.identity ?? processIdentity();
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const record: OwnerRecord = {
      owner: newOwnerId(),
      ...identity,
      pid: detached ? null : identity.pid,
      started_at: new Date(settings.clock.now()).toISOString(),
      lease_ms,
      detached,
    };
    for (const name of Object.keys(details)) {
      if (Object.hasOwn(record, name))
        throw invalidArgument(`details.${name} would hide the record's own ${name}.`);
    }
    const session = await createSession({ ...record, ...details }, options, settings);
    if (session !== null) return session;
  }
  const message = `Could not open a session in ${directory}: ${mostAttempts} random owner ids were taken. Look what fills the directory.`;
  throw new FsAtomicError('ERR_ALREADY_EXISTS', message, { path: directory });
}

/** Null when the random id is taken. */
async function createSession(
  record: OwnerRecord,
  options: OwnerSessionOptions,
  settings: FileSettings,
): Promise<OwnerSession | null> {
  const { directory } = options;
  const path = ownerRecordPath(directory, record.owner);
  const beatenAt_ms = settings.clock.monotonic();
  // First held, then recorded: a record whose file is not held is the record of a dead owner.
  const alive = record.detached ? null : await hold(ownerAlivePath(directory, record.owner), settings);
  if (alive === 'taken') return null;
  try {
    const bytes = serializeOwnerRecord(record);
    // The name is not durable, as nobody outlives a power cut: a record that is lost with it says that its owner has
    // ended. The content is: a record that is left without it would keep others waiting for an unknown lease.
    const created = await createExclusive(path, bytes, {
      ...settings,
      durability: 'file',
      fileMode: options.fileMode,
    });
    if (created) return new RecordedSession(record, path, alive, beatenAt_ms, options, settings);
  } catch (error) {
    await alive?.release();
    throw error;
  }
  await alive?.release();
  return null;
}

interface HeldFile {
  /** Closes and removes it; never fails, as a file that is left behind means nothing without its record. */
  release(): Promise<void>;
}

async function hold(path: string, settings: FileSettings): Promise<HeldFile | 'taken' | null> {
  let file: ExclusiveFile | null;
  try {
    file = await settings.fileSystem.holdExclusively(path);
  } catch (error) {
    if (systemErrorCode(error) === 'EBUSY') return 'taken';
    throw systemFailure(error, { attempted: 'hold', path });
  }
  if (file === null) return null;
  return {
    async release() {
      try {
        await file.close();
      } catch {
        // It is closed all the same.
      }
      await discard(path, settings);
    },
  };
}

class RecordedSession implements OwnerSession {
  readonly owner: string;
  readonly record: OwnerRecord;
  readonly #path: string;
  readonly #settings: FileSettings;
  readonly #onError: ((error: unknown) => void) | undefined;
  readonly #heartbeat: Heartbeat;
  readonly #abort = new AbortController();
  #alive: HeldFile | null;
  #ended: FsAtomicError | null = null;
  #closing: Promise<void> | null = null;
  #beating: Promise<void> | null = null;
  /** When the last heartbeat that succeeded began, by both clocks. */
  #beaten: { readonly monotonic_ms: number; readonly now_ms: number };
  #stopTimer: () => void = () => undefined;

  constructor(
    record: OwnerRecord,
    path: string,
    alive: HeldFile | null,
    beatenAt_ms: number,
    options: OwnerSessionOptions,
    settings: FileSettings,
  ) {
    this.owner = record.owner;
    this.record = record;
    this.#path = path;
    this.#alive = alive;
    this.#settings = { ...settings, signal: undefined };
    this.#onError = options.onError;
    this.#heartbeat = new Heartbeat(path, settings.fileSystem, settings.clock);
    this.#beaten = { monotonic_ms: beatenAt_ms, now_ms: settings.clock.now() };
    if (!record.detached) this.#startTimer();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  ensureAlive(): Awaitable<void> {
    if (this.#ended !== null) throw this.#ended;
    if (!this.record.detached && this.#isFresh()) return undefined;
    return this.#verify();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * The wall clock is asked too, as the monotonic one stands still while a computer sleeps and others on a shared
   * directory do not. A jump of it costs one heartbeat and decides nothing.
   */
  #isFresh(): boolean {
    const { clock } = this.#settings;
    const half_ms = this.record.lease_ms / 2;
    const passed_ms = clock.now() - this.#beaten.now_ms;
    return clock.monotonic() - this.#beaten.monotonic_ms < half_ms && passed_ms >= 0 && passed_ms < half_ms;
  }

  async #verify(): Promise<void> {
    if (this.record.detached) {
      if (!(await pathExists(this.#path, this.#settings.fileSystem))) this.#lose('others ended it');
    } else {
      // One that is under way may have begun before the pause that this is to notice.
      if (this.#beating !== null) await this.#beating;
      if (this.#ended === null && !this.#isFresh()) await this.#beat();
    }
    if (this.#ended !== null) throw this.#ended;
  }

  #startTimer(): void {
    this.#stopTimer = this.#settings.clock.setTimer(
      () => {
        this.#startTimer();
        if (this.#beating === null) void this.#beat();
        else this.#loseAfterSilence();
      },
      this.record.lease_ms / 3,
      { background: true },
    );
  }

  /** Beats once, or joins the heartbeat that is under way; never rejects. */
  #beat(): Promise<void> {
    this.#beating ??= this.#beatNow().finally(() => {
      this.#beating = null;
    });
    return this.#beating;
  }

  async #beatNow(): Promise<void> {
    const { clock } = this.#settings;
    // Taken before the touch: others may have looked at the record right after it.
    const began = { monotonic_ms: clock.monotonic(), now_ms: clock.now() };
    try {
      if (await this.#heartbeat.beat()) this.#beaten = began;
      else this.#lose('others ended it');
    } catch (error) {
      this.#loseAfterSilence();
      if (this.#ended === null)
        this.#onError?.(systemFailure(error, { attempted: 'keep alive', path: this.#path }));
    }
  }

  #loseAfterSilence(): void {
    const silent_ms = this.#settings.clock.monotonic() - this.#beaten.monotonic_ms;
    if (silent_ms >= this.record.lease_ms)
      this.#lose(`no heartbeat succeeded for ${Math.round(silent_ms)} ms`);
  }

  #lose(why: string): void {
    if (!this.#end(why)) return;
    this.#abort.abort(this.#ended);
    void this.#release();
  }

  async #close(): Promise<void> {
    if (this.#end('it was closed')) this.#abort.abort();
    if (this.#beating !== null) await this.#beating;
    const { fileSystem } = this.#settings;
    try {
      await retryWhileBusy(() => fileSystem.remove(this.#path), this.#settings);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') {
        throw systemFailure(error, { attempted: 'remove the owner record', path: this.#path });
      }
    } finally {
      await this.#release();
    }
  }

  #end(why: string): boolean {
    if (this.#ended !== null) return false;
    this.#stopTimer();
    const message = `The session ${this.owner} has ended: ${why}. Stop what it holds, and open a new session to go on.`;
    this.#ended = new FsAtomicError('ERR_SESSION_LOST', message, { path: this.#path });
    return true;
  }

  async #release(): Promise<void> {
    const alive = this.#alive;
    this.#alive = null;
    await alive?.release();
  }
}
