import type { Inode } from './inode.ts';
import type { Random } from './random.ts';
import { systemError } from './system-error.ts';

/** What a call wants of a file. */
export type Wish = 'open' | 'move' | 'replace' | 'remove';

/**
 * Windows: who has a file open keeps others from replacing it, and from removing its name. Now and then a scanner has
 * it open for a while, which is a sharing violation for everybody else.
 */
export class WindowsRules {
  readonly #random: Random;
  readonly #busyShare: number;
  readonly #busyUntil_ms = new Map<Inode, number>();
  /** False: no scanner comes by any more. */
  scanning = true;

  constructor(random: Random, busyShare: number) {
    this.#random = random;
    this.#busyShare = busyShare;
  }

  /** Throws where Windows would not do it now. */
  check(inode: Inode, wish: Wish, verb: string, path: string, now_ms: number): void {
    if (inode.deletePending) throw systemError('EPERM', verb, path);
    if (inode.heldExclusively) throw systemError('EBUSY', verb, path);
    if (wish === 'replace' && inode.openCount > 0) throw systemError('EPERM', verb, path);
    if (inode.kind === 'directory' && wish === 'move' && holdsOpenFile(inode)) {
      throw systemError('EPERM', verb, path);
    }
    if (inode.kind === 'file' && this.#isScanned(inode, now_ms)) throw systemError('EBUSY', verb, path);
  }

  #isScanned(inode: Inode, now_ms: number): boolean {
    if (!this.scanning) return false;
    const until_ms = this.#busyUntil_ms.get(inode);
    if (until_ms !== undefined && now_ms < until_ms) return true;
    if (!this.#random.chance(this.#busyShare)) return false;
    this.#busyUntil_ms.set(inode, now_ms + this.#random.integer(1, 1_500));
    return true;
  }
}

function holdsOpenFile(directory: Inode): boolean {
  return [...directory.entries.values()].some((inode) =>
    inode.kind === 'directory' ? holdsOpenFile(inode) : inode.openCount > 0 || inode.heldExclusively,
  );
}
