import v8 from 'node:v8';
import vm from 'node:vm';
import { Violation } from '../target.ts';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

/** Bytes that live objects and buffers take, after garbage was collected. */
export function liveBytes(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Samples that are not looked at: caches fill and code is compiled. */
const WARM_UP = 3;
/** What may be held more than after the warm-up, in bytes: caches with a bound, and what the collector leaves lying about. */
const ALLOWED_BYTES = 24 * 1_048_576;

/** Watches that memory stays flat: from the smallest sample of the beginning to the smallest of the end. */
export class MemoryWatch {
  readonly #samples: number[] = [];

  sample(): void {
    this.#samples.push(liveBytes());
  }

  /** Bytes held more at the end than after the warm-up; null while there are too few samples. */
  get growth_bytes(): number | null {
    const steady = this.#samples.slice(WARM_UP);
    if (steady.length < 4) return null;
    const third = Math.max(1, Math.floor(steady.length / 3));
    return Math.min(...steady.slice(-third)) - Math.min(...steady.slice(0, third));
  }

  /** @throws Violation when it grew */
  mustBeFlat(what: string): void {
    const growth = this.growth_bytes;
    if (growth !== null && growth > ALLOWED_BYTES)
      throw new Violation('memory grows', `${what} holds ${growth} bytes more than after its warm-up`);
  }
}
