import { Session, type HeapProfiler, type Profiler } from 'node:inspector';

/** A finer interval costs more than it shows: at 100 µs the profiler itself takes some percent. */
const INTERVAL_US = 100;
/** One object in so many bytes is noted, with what it stands for. */
const SAMPLE_BYTES = 8_192;

/** Records what this process does, by node's own inspector; what is recorded together is one call's doing. */
export class Recording implements Disposable {
  readonly #session = new Session();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  }

  async profile(call: () => Promise<void> | void): Promise<Profiler.Profile> {
    this.#session.post('Profiler.start');
    await call();
    return await new Promise((resolve, reject) => {
      this.#session.post('Profiler.stop', (error, { profile }) => {
        if (error === null) resolve(profile);
        else reject(error);
      });
    });
  }

  /**
   * Bytes on the heap that the call allocated: all, or those that outlived a collection of the young ones, of which there
   * is one at the end. Without the content of buffers, which is elsewhere.
   */
  async allocated(which: 'all' | 'outlived', call: () => Promise<void> | void): Promise<number> {
    const parameters = {
      samplingInterval: SAMPLE_BYTES,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: which === 'all',
    };
    this.#session.post('HeapProfiler.startSampling', parameters);
    await call();
    collectYoung();
    return await new Promise((resolve, reject) => {
      this.#session.post('HeapProfiler.stopSampling', (error, { profile }) => {
        if (error === null) resolve(bytesBelow(profile.head));
        else reject(error);
      });
    });
  }

  [Symbol.dispose](): void {
    this.#session.disconnect();
  }
}

function collectYoung(): void {
  if (globalThis.gc === undefined) throw new Error('This process was started without --expose-gc.');
  globalThis.gc({ type: 'minor', execution: 'sync' });
}

function bytesBelow({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number {
  return children.reduce((sum, child) => sum + bytesBelow(child), selfSize);
}
