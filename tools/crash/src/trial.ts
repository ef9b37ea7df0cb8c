import { join } from 'node:path';
import type { Death, Moment } from './killing-file-system.ts';
import type { Operation } from './operation.ts';
import { run, type RunReport, type Trial } from './run.ts';
import { arrangeSite } from './site.ts';
import type { Call } from './story.ts';

/** How an operation is tried. */
export interface TrialOptions {
  readonly program: string;
  /** On which file system: an empty directory. */
  readonly directory: string;
  /** Only these calls; default: all. */
  readonly only?: ((call: Call) => boolean) | undefined;
  readonly moments?: readonly Moment[] | undefined;
  readonly fault?: string | undefined;
  /** Runs that go on at once. */
  readonly workers: number;
  /** How long successors may take; default two minutes. Leases are an hour. */
  readonly patience_ms?: number;
}

/** What became of one operation. */
export interface TrialReport {
  readonly operation: Operation;
  readonly calls: readonly Call[];
  readonly runs: number;
  readonly killed: number;
  readonly broken: readonly RunReport[];
}

/**
 * Runs an operation once to see its calls, and then kills it at each: before, after, and, where it is a write, in the middle.
 * Each run must make the calls of the first up to its end, so that no call is left out; one that does not is an error, and so is an
 * operation without calls, at which nobody can be killed.
 */
export async function tryOperation(operation: Operation, options: TrialOptions): Promise<TrialReport> {
  const directory = join(options.directory, operation.name);
  const template = join(directory, 'template');
  const manifest = await arrangeSite(operation, template, options.program);
  const { program, fault = null, patience_ms = 120_000 } = options;
  const trial: Trial = { operation, manifest, template, directory, program, fault, patience_ms };
  const whole = await run(trial, null);
  const broken = whole.violations.length > 0 ? [whole] : [];
  const { calls } = whole.story;
  if (calls.length === 0 && broken.length === 0)
    throw new Error(`${operation.name} made no call after its set-up, so nothing was tried. Does it begin?`);
  const deaths = deathsAt(calls, options);
  let killed = 0;
  await inParallel(options.workers, deaths, async (death) => {
    const report = await run(trial, death);
    checkRepeats(operation, calls, report);
    killed += report.story.ended ? 0 : 1;
    if (report.violations.length > 0) broken.push(report);
  });
  return { operation, calls, runs: deaths.length + 1, killed, broken };
}

function deathsAt(calls: readonly Call[], options: TrialOptions): Death[] {
  const moments = options.moments ?? ['before', 'after', 'torn'];
  return calls
    .filter((call) => options.only?.(call) ?? true)
    .flatMap(({ call, verb }) =>
      moments.filter((moment) => moment !== 'torn' || verb === 'write').map((moment) => ({ call, moment })),
    );
}

/** Each run is to end at the very call that it names. */
function checkRepeats(operation: Operation, calls: readonly Call[], { death, story }: RunReport): void {
  const differs = story.calls.findIndex((call, index) => shape(call) !== shape(calls[index]));
  if (story.calls.length === death?.call && differs === -1 && !story.ended) return;
  const at = differs === -1 ? story.calls.length : differs + 1;
  throw new Error(
    `${operation.name} does not repeat its calls: killed ${death?.moment} ${death?.call}, it differs at ${at}: ` +
      `${shape(calls[at - 1])} was ${shape(story.calls[at - 1])}`,
  );
}

/** A call without what is new in each run: random names and times. */
function shape(call: Call | undefined): string {
  if (call === undefined) return 'no call';
  return `${call.verb} ${plain(call.path)}${call.to === undefined ? '' : ` -> ${plain(call.to)}`}`;
}

function plain(path: string): string {
  return path
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '*')
    .replaceAll(/\d{8}T\d{6}_\d{3}Z/g, '*')
    .replaceAll(/(?<=adopted\/\*)~[0-9a-v]{6}/g, '')
    .replaceAll(/(?<=operations\/\*)-[0-9a-v]{6}/g, '')
    .replaceAll(/~[0-9a-v]{6}(?=~|\.|$)/g, '~*')
    .replaceAll(/[~/][0-9a-v]{8}(?=~|\.|$)/g, '*')
    .replaceAll(/[0-9a-v]{13}(?=_)/g, '*')
    .replaceAll(/\.[ae]\d+/g, '');
}

async function inParallel<T>(
  workers: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const item = items[next];
      next += 1;
      if (item !== undefined) await work(item);
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
