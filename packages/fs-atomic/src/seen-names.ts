import type { DirectoryEntry } from './file-system.ts';

/** So many batches are remembered as they are, which costs nothing: most directories are smaller. */
const batchesKept = 8;

/**
 * The names that a listing has handed on, in case it has to begin anew. Of a large directory's names it remembers eight bytes
 * each, so that to list a million takes 8 MB and not 200.
 */
export class SeenNames {
  readonly #isSure: () => boolean;
  readonly #kept: (readonly DirectoryEntry[])[] = [];
  #hashes = new Float64Array(0);
  #count = 0;
  /** Whether nothing but the first batches was remembered. */
  #forgot: boolean | undefined;

  /** `isSure`: whether nobody will ask. Looked at once, when more has come than is remembered for nothing. */
  constructor(isSure: () => boolean = () => false) {
    this.#isSure = isSure;
  }

  add(batch: readonly DirectoryEntry[]): void {
    if (this.#kept.length < batchesKept) {
      this.#kept.push(batch);
      return;
    }
    this.#forgot ??= this.#isSure();
    if (this.#forgot) return;
    this.#makeRoomFor(batch.length);
    for (const { name } of batch) {
      this.#hashes[this.#count] = hashOf(name);
      this.#count += 1;
    }
  }

  /** Tells which names it has seen. Of a million others, it takes one for seen in ten thousand listings. Null where it was too sure. */
  lookup(): ((name: string) => boolean) | null {
    if (this.#forgot === true) return null;
    const names = new Set(this.#kept.flat().map(({ name }) => name));
    const hashes = new Set(this.#hashes.subarray(0, this.#count));
    return (name) => names.has(name) || (hashes.size > 0 && hashes.has(hashOf(name)));
  }

  #makeRoomFor(more: number): void {
    if (this.#count + more <= this.#hashes.length) return;
    const grown = new Float64Array(Math.max(16_384, 2 * this.#hashes.length, this.#count + more));
    grown.set(this.#hashes);
    this.#hashes = grown;
  }
}

/** 53 bits, which a number holds exactly: two hashes of the FNV-1a kind, with other factors, in one pass. */
function hashOf(name: string): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let index = 0; index < name.length; index += 1) {
    const unit = name.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca77);
  }
  high ^= high >>> 15;
  low ^= low >>> 13;
  return (high >>> 11) * 0x1_0000_0000 + (low >>> 0);
}
