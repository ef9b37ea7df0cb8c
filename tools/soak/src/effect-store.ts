import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A system outside the queue that takes idempotency keys: an effect is applied at the first attempt under its key, and every
 * later one finds it applied. The directory of a key is the effect.
 */
export class EffectStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** True if this very attempt applied it. */
  apply(key: string): boolean {
    try {
      mkdirSync(join(this.#directory, encodeURIComponent(key)));
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
  }

  /** The keys of all effects that were applied. */
  applied(): Set<string> {
    return new Set(readdirSync(this.#directory).map(decodeURIComponent));
  }
}
