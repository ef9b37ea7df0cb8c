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
/** With fewer samples in the second half of a run, nothing is said of how memory grows in it. */
const MIN_STEADY = 6;
/** What may be held more for each thousand inputs in the second half of a run: less than the shortest name that is kept. */
const ALLOWED_PER_1000_BYTES = 24 * 1_024;
/** Growth of less in the second half of a run is what the collector leaves lying about. */
const NOISE_BYTES = 384 * 1_024;

interface Sample {
  readonly inputs: number;
  readonly bytes: number;
}

/**
 * Watches that memory stays flat: from the smallest sample of the beginning to the smallest of the end, and, once a run is over, along
 * its second half, when caches that have a bound are full. There a few bytes for each input show.
 */
export class MemoryWatch {
  readonly #samples: Sample[] = [];

  /** @param inputs how many were tried so far */
  sample(inputs: number): void {
    this.add(inputs, liveBytes());
  }

  /** Notes a sample that somebody else has taken. */
  add(inputs: number, bytes: number): void {
    this.#samples.push({ inputs, bytes });
  }

  /** Bytes held more at the end than after the warm-up; null while there are too few samples. */
  get growth_bytes(): number | null {
    const steady = this.#samples.slice(WARM_UP).map(({ bytes }) => bytes);
    if (steady.length < 4) return null;
    const third = Math.max(1, Math.floor(steady.length / 3));
    return Math.min(...steady.slice(-third)) - Math.min(...steady.slice(0, third));
  }

  /**
   * Bytes held more after each thousand inputs, along the second half: the median of the slopes between all pairs of samples (Theil
   * and Sen), which a sample that lies far off does not move. Null while there are too few samples.
   */
  get perThousand_bytes(): number | null {
    const steady = this.#steady;
    if (steady.length < MIN_STEADY) return null;
    const slopes = steady.flatMap((one, index) =>
      steady.slice(index + 1).map((other) => (other.bytes - one.bytes) / (other.inputs - one.inputs)),
    );
    return 1_000 * (slopes.toSorted((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? 0);
  }

  get #steady(): readonly Sample[] {
    return this.#samples.slice(Math.floor(this.#samples.length / 2));
  }

  /** @throws Violation when it grew */
  mustBeFlat(what: string): void {
    const growth = this.growth_bytes;
    if (growth !== null && growth > ALLOWED_BYTES)
      throw new Violation('memory grows', `${what} holds ${growth} bytes more than after its warm-up`);
  }

  /** At the end of a run. @throws Violation when it grew with each input, however little */
  mustHaveLeveledOff(what: string): void {
    const slope = this.perThousand_bytes ?? 0;
    const [first, last] = [this.#steady[0], this.#steady.at(-1)];
    const grown_bytes = (slope / 1_000) * ((last?.inputs ?? 0) - (first?.inputs ?? 0));
    if (slope > ALLOWED_PER_1000_BYTES && grown_bytes > NOISE_BYTES)
      throw new Violation(
        'memory grows',
        `${what} holds ${Math.round(slope)} bytes more after every 1,000 inputs`,
      );
  }
}
