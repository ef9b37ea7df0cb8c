import type { AliveFile } from './alive-file.ts';
import { retryWhileBusy } from './busy.ts';
import { detachedRecord, replaceRecord } from './detached-record.ts';
import { FsAtomicError, invalidArgument, systemErrorCode, systemFailure } from './errors.ts';
import { pathExists } from './existence.ts';
import type { FileSettings } from './file-options.ts';
import type { Awaitable, FileSystem } from './file-system.ts';
import { inBackground } from './background.ts';
import { Heartbeat } from './heartbeat.ts';
import type { OwnerRecord } from './owner-record.ts';

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
  /**
   * From now on the session needs no process: it lives for `lease_ms`, and what it holds waits for whoever attaches to it
   * (`attachOwnerSession`). Called again, its time begins anew. Until it has resolved, the session is what it was, and
   * ends with its process.
   *
   * Others may end the session in the very moment in which its time begins anew; its record may then be there once more,
   * without what it held. So look whether that is still held.
   *
   * @throws FsAtomicError `ERR_SESSION_LOST` when it has ended
   */
  detach(lease_ms: number, options: DetachOptions): Promise<void>;
  /**
   * Ends the session: aborts the signal, stops the heartbeat, removes the record. When the record could not be removed it
   * rejects, and may be called again to try once more; others see the record stand still meanwhile, and end it.
   */
  close(): Promise<void>;
}

/** Where the new record is written before it gets its name. */
export interface DetachOptions {
  /** On the same file system as the records. */
  readonly temporaryDirectory: string;
  /** Permission bits of the record; default 0o600. */
  readonly fileMode?: number | undefined;
}

/** What a session begins with: its record is on the disk. */
export interface BegunSession {
  readonly record: OwnerRecord;
  readonly path: string;
  readonly alive: AliveFile | null;
  /** When the record was about to be written, by the monotonic clock: others may know of it from then on. */
  readonly beatenAt_ms: number;
  readonly onError: ((error: unknown) => void) | undefined;
}

/** A session whose record is on the disk: its heartbeat, and its end. */
export class RecordedSession implements OwnerSession {
  readonly owner: string;
  readonly #path: string;
  readonly #settings: FileSettings;
  readonly #onError: ((error: unknown) => void) | undefined;
  readonly #heartbeat: Heartbeat;
  readonly #abort = new AbortController();
  #record: OwnerRecord;
  #alive: AliveFile | null;
  #ended: FsAtomicError | null = null;
  #closing: Promise<void> | null = null;
  #beating: Promise<void> | null = null;
  #beatingAtOnce: Promise<void> | null = null;
  /** When the last heartbeat that succeeded began, by both clocks. */
  #beaten: { readonly monotonic_ms: number; readonly now_ms: number };
  #stopTimer: () => void = () => undefined;

  constructor(begun: BegunSession, settings: FileSettings) {
    const { record, path, alive, beatenAt_ms } = begun;
    this.owner = record.owner;
    this.#record = record;
    this.#path = path;
    this.#alive = alive;
    this.#settings = { ...settings, signal: undefined };
    this.#onError = begun.onError;
    this.#heartbeat = new Heartbeat(path, settings.clock);
    this.#beaten = { monotonic_ms: beatenAt_ms, now_ms: settings.clock.now() };
    if (!record.detached) this.#startTimer();
  }

  get record(): OwnerRecord {
    return this.#record;
  }
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  ensureAlive(): Awaitable<void> {
    if (this.#ended !== null) throw this.#ended;
    if (!this.record.detached && this.#isFresh()) return undefined;
    return this.#verify();
  }

  async detach(lease_ms: number, options: DetachOptions): Promise<void> {
    if (!Number.isFinite(lease_ms) || lease_ms <= 0) {
      throw invalidArgument(`lease_ms is ${lease_ms}; it must be a number of milliseconds above 0.`);
    }
    await this.ensureAlive();
    if (!this.#hasBackground) await this.#beating;
    const record = detachedRecord(this.#record, lease_ms, this.#settings);
    try {
      await replaceRecord(this.#path, record, { ...this.#settings, fileMode: undefined, ...options });
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') this.#lose('others ended it');
      throw this.#ended ?? error;
    }
    this.#stopTimer();
    this.#record = record;
    await this.#release();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close().catch((error: unknown) => {
      this.#closing = null;
      throw error;
    });
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
      await this.#beatingAtOnce;
      await this.#beatAtOnce();
    }
    if (this.#ended !== null) throw this.#ended;
  }

  #startTimer(): void {
    this.#stopTimer = this.#settings.clock.setTimer(
      () => {
        this.#startTimer();
        if (this.#beating === null) void this.#beat();
        else if (this.#hasBackground && this.#beatingAtOnce === null) void this.#beatAtOnce();
        else this.#loseAfterSilence();
      },
      this.record.lease_ms / 3,
      { background: true },
    );
  }

  /** Whether heartbeats have a way of their own, on which others may keep them waiting: a touch of it that comes late does no harm. */
  get #hasBackground(): boolean {
    const { fileSystem } = this.#settings;
    return inBackground(fileSystem) !== fileSystem;
  }

  /** Beats once, or joins the heartbeat that is under way; never rejects. */
  #beat(): Promise<void> {
    this.#beating ??= this.#beatBy(inBackground(this.#settings.fileSystem)).finally(() => {
      this.#beating = null;
    });
    return this.#beating;
  }

  /** Beats unless the last one is fresh, whatever keeps that which is under way in the background; never rejects. */
  #beatAtOnce(): Promise<void> {
    this.#beatingAtOnce ??= this.#beatUnlessFresh().finally(() => {
      this.#beatingAtOnce = null;
    });
    return this.#beatingAtOnce;
  }

  async #beatUnlessFresh(): Promise<void> {
    if (!this.#hasBackground) await this.#beating; // So may this.
    if (this.#ended === null && !this.#isFresh()) await this.#beatBy(this.#settings.fileSystem);
  }

  async #beatBy(fileSystem: FileSystem): Promise<void> {
    const { clock } = this.#settings;
    // Taken before the touch: others may have looked at the record right after it.
    const began = { monotonic_ms: clock.monotonic(), now_ms: clock.now() };
    try {
      if (await this.#heartbeat.beat(fileSystem)) this.#noteBeat(began);
      else this.#lose('others ended it');
    } catch (error) {
      this.#loseAfterSilence();
      if (this.#ended === null)
        this.#onError?.(systemFailure(error, { attempted: 'keep alive', path: this.#path }));
    }
  }

  /** Of two at a time the one that began first may come last. */
  #noteBeat(began: { readonly monotonic_ms: number; readonly now_ms: number }): void {
    if (began.monotonic_ms >= this.#beaten.monotonic_ms) this.#beaten = began;
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
    await this.#beatingAtOnce;
    if (!this.#hasBackground) await this.#beating;
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
