import { dirname, join, resolve } from 'node:path';
import { FsAtomicError, invalidArgument } from './errors.ts';
import { pathExists } from './existence.ts';
import { fileSettings } from './file-options.ts';
import type { FileOptions, FileSettings } from './file-options.ts';
import type { Awaitable } from './file-system.ts';
import { moveFile } from './move.ts';
import { TokenHold, tokensOf } from './mutex-hold.ts';
import type { MutexHold } from './mutex-hold.ts';
import { isTokenLost } from './mutex-repair.ts';
import { createMutexDirectory, findToken, MAX_GENERATION, tokenName } from './mutex-token.ts';
import type { MutexToken } from './mutex-token.ts';
import type { OwnerObserver } from './owner-observer.ts';
import type { OwnerSession } from './owner-session.ts';
import { wait } from './wait.ts';

/*
 * A mutex is a directory with exactly one file in it, the token, which is only ever renamed:
 *
 *   g4~free ---acquire---> g5~held~A ---release---> g5~free ---acquire---> g6~held~B
 *                              |
 *                              +---take over, once A's session has ended---> g6~held~B
 *
 * Each arrow is one rename from an exact name, so exactly one of many callers makes it. The generation grows with
 * every acquisition, so no name ever comes back: a holder that slept through a takeover finds that its token's name is
 * gone, and can neither release nor disturb the next holder. The directory is made complete elsewhere and never
 * deleted; a scan that shows no token has met it between two names, and looks again. Where many looks show none and nothing
 * moves meanwhile, it is lost: that is an error, which `restoreMutexToken` mends when it is asked to.
 */

/** What a mutex is made of. */
export interface MutexOptions extends FileOptions {
  /** The mutex's own directory; made at the first acquisition. Nothing may delete it. */
  readonly directory: string;
  /** Where the directory is prepared; on the same file system. */
  readonly temporaryDirectory: string;
  /** Up to where the names of the mutex's parents are made durable, once per process and directory; default: its parent. */
  readonly durableRoot?: string | undefined;
  /** The session that holds; asked anew for each acquisition, so a lost session can be followed by the next. */
  readonly session: () => Awaitable<OwnerSession>;
  /** Judges the sessions of other holders; it watches the directory that `session` opens its records in. */
  readonly observer: OwnerObserver;
  /** A number in [0, 1) for the jitter; default Math.random. */
  readonly random?: (() => number) | undefined;
}

/** How long to wait for a mutex. */
export interface AcquireOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default: for ever. */
  readonly timeout_ms?: number | undefined;
}

/** How often a scan that shows no token is repeated at once. */
const mostScans = 5;
const shortestWait_ms = 5;
const longestWait_ms = 250;

/**
 * Mutual exclusion between processes, with no lock file to go stale: the hold lasts as long as its owner's session.
 * Not fair, not reentrant. A holder that is stopped for longer than its lease can be overtaken while it believes
 * to hold: ask `stillHeld`, or hand `generation` on as a fencing token.
 */
export class Mutex {
  readonly #directory: string;
  readonly #options: MutexOptions;
  readonly #settings: FileSettings;

  constructor(options: MutexOptions) {
    if (options.directory === '') throw invalidArgument('The directory of a mutex must not be empty.');
    this.#directory = resolve(options.directory);
    this.#options = options;
    this.#settings = fileSettings(options);
  }

  /**
   * Takes the mutex if it is free or its holder has ended; null if somebody else has it, or was faster. Throws
   * `ERR_MUTEX_BROKEN` where its token is lost, after a second of looking for it, or of a generation that has no next.
   */
  async tryAcquire(): Promise<MutexHold | null> {
    this.#settings.signal?.throwIfAborted();
    const session = await this.#options.session();
    await session.ensureAlive();
    const token = await this.#find();
    if (token === null || !(await this.#mayTake(token, session))) return null;
    return this.#take(token, session);
  }

  /** Waits until it has the mutex. Throws `ERR_MUTEX_TIMEOUT`, `ERR_MUTEX_BROKEN` or the signal's reason. */
  async acquire(options: AcquireOptions = {}): Promise<MutexHold> {
    const { timeout_ms = Number.POSITIVE_INFINITY } = options;
    if (!(timeout_ms >= 0)) throw invalidArgument(`timeout_ms is ${timeout_ms}; it must not be negative.`);
    const { clock } = this.#settings;
    const signal = eitherSignal(this.#settings.signal, options.signal);
    const deadline_ms = clock.monotonic() + timeout_ms;
    for (let longest_ms = shortestWait_ms; ; longest_ms = Math.min(longest_ms * 2, longestWait_ms)) {
      signal?.throwIfAborted();
      const hold = await this.tryAcquire();
      if (hold !== null) return hold;
      const left_ms = deadline_ms - clock.monotonic();
      if (left_ms <= 0) throw await this.#timeout(timeout_ms);
      const random = this.#options.random ?? Math.random;
      await wait(Math.min(left_ms, longest_ms / 2 + (random() * longest_ms) / 2), clock, signal);
    }
  }

  async #find(): Promise<MutexToken | null> {
    for (let scan = 1; scan <= mostScans; scan += 1) {
      const found = await findToken(this.#directory, this.#settings);
      if (found === 'no directory') {
        await createMutexDirectory(this.#directory, this.#options.temporaryDirectory, this.#settings);
      } else if (found !== 'none') return found;
    }
    if (await isTokenLost(this.#directory, this.#settings)) throw this.#broken();
    return null;
  }

  #broken(): FsAtomicError {
    const next =
      this.#settings.platform === 'win32' // Which replaces no directory: see `restoreMutexToken`.
        ? 'Stop every process that uses it, remove the directory, and start them again.'
        : 'Let restoreMutexToken() give it a new one; for the mutex of a queue, run `tapps-mq doctor --fix`.';
    const message = `The mutex ${this.#directory} has lost its token, so nobody can acquire it. ${next}`;
    return new FsAtomicError('ERR_MUTEX_BROKEN', message, { path: this.#directory });
  }

  /** Counted up one by one this takes longer than any computer lives: somebody put the name there. */
  #usedUp({ name }: MutexToken): FsAtomicError {
    const message = `The mutex ${this.#directory} has a token of the highest generation, ${name}, so nobody can acquire it any more. Stop every process that uses it, remove that file (if it is the only one, the directory), and start them again.`;
    return new FsAtomicError('ERR_MUTEX_BROKEN', message, { path: this.#path(name) });
  }

  async #mayTake(token: MutexToken, session: OwnerSession): Promise<boolean> {
    const { holder } = token;
    if (holder === null) return true;
    if (holder === session.owner) return tokensOf(session).get(this.#path(token.name)) !== 'held';
    const { observer } = this.#options;
    const state = await observer.observe(holder);
    if (state === 'alive') return false;
    // Whoever ended it: once the record is gone, its owner has been told, and the rename decides who is next.
    if (state !== 'absent') await observer.end(holder);
    return true;
  }

  async #take(token: MutexToken, session: OwnerSession): Promise<MutexHold | null> {
    const generation = token.generation + 1;
    if (generation > MAX_GENERATION) throw this.#usedUp(token);
    const path = this.#path(tokenName(generation, session.owner));
    const own = tokensOf(session);
    // A second caller with the same session goes for the same name; noted before the rename, so only one of them does.
    const earlier = own.get(path);
    if (earlier === 'held') return null;
    own.set(path, 'held');
    try {
      // An earlier rename to it failed. Where it was made all the same, this token was seen before that: look again.
      if (earlier === 'left' && (await pathExists(path, this.#settings.fileSystem))) {
        own.set(path, 'left');
        return null;
      }
      // Durable, or a power loss could take the generation back, and the next holder would have the same.
      const durableRoot = this.#options.durableRoot ?? dirname(this.#directory);
      const how = { ...this.#settings, durability: 'full' as const, durableRoot };
      if (!(await moveFile(this.#path(token.name), path, how))) {
        own.delete(path);
        return null;
      }
    } catch (error) {
      own.set(path, 'left');
      throw error;
    }
    own.delete(this.#path(token.name));
    return new TokenHold(path, this.#path(tokenName(generation, null)), generation, session, this.#settings);
  }

  async #timeout(timeout_ms: number): Promise<FsAtomicError> {
    const token = await findToken(this.#directory, this.#settings);
    const holder = typeof token === 'string' ? null : token.holder;
    const who = holder === null ? 'others were faster each time' : `${holder} holds it`;
    const message = `Could not acquire the mutex ${this.#directory} within ${timeout_ms} ms: ${who}. Try again, or wait longer.`;
    return new FsAtomicError('ERR_MUTEX_TIMEOUT', message, { path: this.#directory });
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }
}

function eitherSignal(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one !== undefined && other !== undefined ? AbortSignal.any([one, other]) : (one ?? other);
}
