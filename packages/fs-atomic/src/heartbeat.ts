import type { Clock } from './clock.ts';
import { systemErrorCode } from './errors.ts';
import type { FileSystem } from './file-system.ts';
import { systemError } from './system-error.ts';

/** FAT and exFAT keep modification times to two seconds (Microsoft, "File Times"); nothing in use is coarser. */
export const coarsest_ms = 2_000;

/**
 * Moves the modification time of one file, to a value that it did not have before. The value is the wall clock's for
 * those who look, but only its *change* means anything: clocks may jump as they like.
 */
export class Heartbeat {
  readonly #path: string;
  readonly #clock: Clock;
  #last_ms = 0;
  #lastSeen_ms: number | null = null;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** True when the file's time has changed; false when the file is gone. Throws when the file system failed. */
  async beat(fileSystem: FileSystem): Promise<boolean> {
    try {
      this.#lastSeen_ms ??= await this.#modified_ms(fileSystem);
      if (await this.#moveTo(Math.max(this.#clock.now(), this.#last_ms + 1), fileSystem)) return true;
      if (await this.#moveTo(Math.max(this.#last_ms, this.#lastSeen_ms) + coarsest_ms, fileSystem))
        return true;
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return false;
      throw error;
    }
    throw systemError('EIO', 'the modification time does not change', 'utime', this.#path);
  }

  /** Sets the time and reads it back, as the file system may keep fewer digits. False if it looks the same. */
  async #moveTo(value_ms: number, fileSystem: FileSystem): Promise<boolean> {
    this.#last_ms = value_ms;
    await fileSystem.touch(this.#path, value_ms);
    const seen_ms = await this.#modified_ms(fileSystem);
    if (seen_ms === this.#lastSeen_ms) return false;
    this.#lastSeen_ms = seen_ms;
    return true;
  }

  async #modified_ms(fileSystem: FileSystem): Promise<number> {
    return (await fileSystem.status(this.#path)).modified_ms;
  }
}
