import type { Worker } from 'node:worker_threads';
import type { Options } from './options.ts';
import { inputOf } from './run-target.ts';
import type { Slice } from './slices.ts';
import type { SliceReport, WorkerSetup } from './worker.ts';

/** What a whole run came to. */
export interface FuzzResult {
  readonly reports: readonly SliceReport[];
  readonly finding: NonNullable<SliceReport['finding']> | null;
  /** A thread is still in the input that it hung in: perhaps in the kernel, where nothing ends it but the end of the process. */
  readonly isStuck: boolean;
}

/** How often it is looked whether workers get on, in milliseconds. */
const LOOK_MS = 1_000;

/** A thread that has not begun with anything yet loads the program, on a busy computer for long: so much patience it gets. */
const START_MS = 300_000;

/**
 * Fuzzes all slices on several threads, until one input breaks a promise. An input that takes longer than patience allows
 * is a finding too: its thread is ended.
 */
export async function fuzz(
  options: Options,
  slices: readonly Slice[],
  start: (setup: WorkerSetup) => Worker,
  argv: readonly string[],
  tell: (report: SliceReport) => void,
): Promise<FuzzResult> {
  const waiting = [...slices];
  const reports: SliceReport[] = [];
  let finding: FuzzResult['finding'] = null;
  let isStuck = false;
  const runWorker = async (): Promise<void> => {
    const progress = new SharedArrayBuffer(4);
    const worker = start({ argv, progress });
    try {
      for (let slice = waiting.shift(); slice !== undefined && finding === null; slice = waiting.shift()) {
        const report = await runSlice(worker, slice, new Int32Array(progress), options);
        reports.push(report);
        finding ??= report.finding;
        isStuck ||= report.hung === true;
        tell(report);
      }
    } finally {
      const ended = worker.terminate();
      if (!isStuck) await ended;
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.workers, slices.length) }, runWorker));
  return { reports, finding, isStuck };
}

function runSlice(
  worker: Worker,
  slice: Slice,
  progress: Int32Array,
  options: Options,
): Promise<SliceReport> {
  return new Promise((resolve, reject) => {
    let [last, moved_ms] = [-1, performance.now()];
    const timer = setInterval(() => {
      const now = Atomics.load(progress, 0);
      if (now !== last) [last, moved_ms] = [now, performance.now()];
      else if (performance.now() - moved_ms > (now === 0 ? START_MS : options.patience_ms))
        void hung(slice, now - 1, options).then(end, reject);
    }, LOOK_MS);
    const end = (report: SliceReport): void => {
      clearInterval(timer);
      worker.off('error', fail);
      resolve(report);
    };
    const fail = (error: Error): void => {
      clearInterval(timer);
      reject(error);
    };
    worker.once('message', end);
    worker.once('error', fail);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(slice);
  });
}

async function hung(slice: Slice, index: number, options: Options): Promise<SliceReport> {
  const { seed, targets, patience_ms } = options;
  const target = targets.find(({ name }) => name === slice.target);
  await target?.prepare?.();
  const input = target === undefined || index < 0 ? new Uint8Array() : inputOf(target, seed, index);
  const message = `hang: no end within ${patience_ms / 1_000} s`;
  const finding = { target: slice.target, seed, index, input, message };
  return {
    slice,
    finding,
    hung: true,
    done: index - slice.first,
    slowest_ms: patience_ms,
    slowestIndex: index,
    growth_bytes: null,
    report: '',
    unrepeated: [],
  };
}
