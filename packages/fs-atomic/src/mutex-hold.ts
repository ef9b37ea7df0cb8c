import { FsAtomicError, systemFailure } from './errors.ts';
import { pathExists } from './existence.ts';
import type { FileSettings } from './file-options.ts';
import { moveFile } from './move.ts';
import type { OwnerSession } from './owner-session.ts';

/** The mutex, held. Disposing releases it. */
export interface MutexHold extends AsyncDisposable {
  /** Higher than that of every earlier hold: the fencing token for systems that compare one. */
  readonly generation: number;
  /**
   * Whether it is still held, to be asked before each step that relies on it. False means for certain that it is not, or that
   * it was to be released; true was so a moment ago.
   */
  stillHeld(): Promise<boolean>;
  /** As `stillHeld`, but throws `ERR_MUTEX_LOST` instead of answering false. */
  ensureHeld(): Promise<void>;
  /**
   * Gives it back: true if it was still held, false if others had taken it over. May be called again: of one that failed that is
   * another try, unless its own session took the mutex meanwhile, which is false.
   */
  release(): Promise<boolean>;
}

/**
 * The tokens that bear the name of a session of this process: `held` by a hold, or `left` behind by a rename that
 * failed. What is left may be taken over by the session itself; nobody else would ever.
 */
const ownTokens = new WeakMap<OwnerSession, Map<string, 'held' | 'left'>>();

/** What this process knows of the tokens of one of its sessions, by their paths. */
export function tokensOf(session: OwnerSession): Map<string, 'held' | 'left'> {
  const tokens = ownTokens.get(session) ?? new Map<string, 'held' | 'left'>();
  ownTokens.set(session, tokens);
  return tokens;
}

/** A hold by the name that the token got: what that name is gone from is held no more. */
export class TokenHold implements MutexHold {
  readonly generation: number;
  readonly #heldPath: string;
  readonly #freePath: string;
  readonly #session: OwnerSession;
  readonly #settings: FileSettings;
  #releasing: Promise<boolean> | null = null;
  #givenUp = false;

  constructor(
    heldPath: string,
    freePath: string,
    generation: number,
    session: OwnerSession,
    settings: FileSettings,
  ) {
    this.generation = generation;
    this.#heldPath = heldPath;
    this.#freePath = freePath;
    this.#session = session;
    // A hold is given back also by who was called off.
    this.#settings = { ...settings, signal: undefined };
  }

  async stillHeld(): Promise<boolean> {
    if (this.#givenUp) return false;
    try {
      await this.#session.ensureAlive();
      return (await pathExists(this.#heldPath, this.#settings.fileSystem)) && !this.#givenUp;
    } catch (error) {
      if (error instanceof FsAtomicError && error.code === 'ERR_SESSION_LOST') return false;
      throw systemFailure(error, { attempted: 'look at the mutex', path: this.#heldPath });
    }
  }

  async ensureHeld(): Promise<void> {
    if (await this.stillHeld()) return;
    const message = `The mutex is not held any more: ${this.#heldPath}. Stop, and acquire it again to go on.`;
    throw new FsAtomicError('ERR_MUTEX_LOST', message, { path: this.#heldPath });
  }

  release(): Promise<boolean> {
    this.#givenUp = true;
    this.#releasing ??= this.#release();
    return this.#releasing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  async #release(): Promise<boolean> {
    const own = tokensOf(this.#session);
    try {
      const released = await moveFile(this.#heldPath, this.#freePath, this.#settings);
      own.delete(this.#heldPath);
      return released;
    } catch (error) {
      own.set(this.#heldPath, 'left');
      this.#releasing = null;
      throw error;
    }
  }
}
