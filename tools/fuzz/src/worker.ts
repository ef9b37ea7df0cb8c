import { parentPort, workerData } from 'node:worker_threads';
import { readOptions } from './options.ts';
import { runTarget, type Finding, type TargetResult } from './run-target.ts';
import type { Slice } from './slices.ts';

/** What a worker is started with. */
export interface WorkerSetup {
  readonly argv: readonly string[];
  /** One 32-bit number: the input that is being tried. */
  readonly progress: SharedArrayBuffer;
}

/** What a worker tells of a slice. Errors are told by their words, as not every error can be sent. */
export interface SliceReport extends Omit<TargetResult, 'finding'> {
  readonly slice: Slice;
  /** Told by who watches: the worker has not come to the end of an input, and does not answer. */
  readonly hung?: boolean;
  readonly finding: (Omit<Finding, 'error'> & { readonly message: string }) | null;
}

/** A worker's life: fuzzes the slices that it is sent, and reports. */
export function serve(): void {
  const { argv, progress } = workerData as WorkerSetup;
  const { targets, seed } = readOptions(argv);
  const counter = new Int32Array(progress);
  const note = (index: number): void => void Atomics.store(counter, 0, index + 1);
  parentPort?.on('message', (slice: Slice) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    void fuzz(slice).then((report) => parentPort?.postMessage(report));
  });

  async function fuzz(slice: Slice): Promise<SliceReport> {
    const target = targets.find(({ name }) => name === slice.target);
    if (target === undefined) throw new Error(`There is no target ${slice.target}.`);
    const { finding, ...rest } = await runTarget(target, { ...slice, seed, beforeEach: note });
    if (finding === null) return { ...rest, slice, finding };
    const { error, ...told } = finding;
    return { ...rest, slice, finding: { ...told, message: error.message } };
  }
}
