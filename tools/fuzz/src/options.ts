import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { PLANTED_FAULTS } from './planted-faults.ts';
import { diskTargets, MEMORY_TARGETS } from './targets.ts';
import type { Target } from './target.ts';

/** What was asked for on the command line. */
export interface Options {
  readonly inputs: number;
  readonly diskInputs: number;
  readonly seed: number;
  readonly workers: number;
  /** How long one input may take before it counts as a hang, in milliseconds. */
  readonly patience_ms: number;
  /** Where failing inputs are written. */
  readonly failures: string;
  /** One input to replay: its number, or the file that holds it. */
  readonly replay: { readonly index: number } | { readonly file: string } | null;
  readonly targets: readonly Target[];
}

/** So many of the inputs are trees on disk, each of which costs as much as hundreds in memory: one in 500. */
const DISK_SHARE = 500;

/** How the tool is used. */
export const USAGE = `npm run fuzz -- [--inputs 1000000] [--disk N] [--seed 1] [--only TARGET,...] [--junk 100000]
                [--workers N] [--patience SECONDS] [--failures DIRECTORY] [--plant FAULT]
npm run fuzz -- --target TARGET --seed N --index N    one input again
npm run fuzz -- --target TARGET --input FILE
targets: ${[...MEMORY_TARGETS, ...diskTargets(0)].map(({ name }) => name).join(', ')}
faults: ${Object.keys(PLANTED_FAULTS).join(', ')}`;

/** Reads the command line. @throws Error in words for whoever typed it */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      inputs: { type: 'string', default: '1000000' },
      disk: { type: 'string' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      target: { type: 'string' },
      index: { type: 'string' },
      input: { type: 'string' },
      junk: { type: 'string', default: '100000' },
      workers: { type: 'string', default: String(availableParallelism()) },
      patience: { type: 'string', default: '300' },
      failures: { type: 'string', default: 'fuzz-failures' },
      plant: { type: 'string' },
    },
  });
  const inputs = wholeNumber('inputs', values.inputs, 0);
  const diskInputs =
    values.disk === undefined ? Math.ceil(inputs / DISK_SHARE) : wholeNumber('disk', values.disk, 0);
  const replay = replayOf(values.index, values.input);
  const names = values.target ?? values.only;
  const targets = targetsNamed(names, values.plant, wholeNumber('junk', values.junk, 0));
  if (replay === null && (names ?? values.plant) !== undefined) refuseIdle(targets, inputs, diskInputs);
  return {
    inputs,
    diskInputs,
    seed: wholeNumber('seed', values.seed, 0),
    workers: wholeNumber('workers', values.workers, 1),
    patience_ms: wholeNumber('patience', values.patience, 0) * 1_000,
    failures: values.failures,
    replay,
    targets,
  };
}

/** What was asked for by name must be tried, or nothing is said about it. */
function refuseIdle(targets: readonly Target[], inputs: number, diskInputs: number): void {
  for (const target of targets) {
    const [count, option] = target.kind === 'memory' ? [inputs, '--inputs'] : [diskInputs, '--disk'];
    if (target.all === undefined && count === 0)
      throw new Error(`No input is left for ${target.name}: give it some with ${option}.`);
  }
}

function replayOf(index: string | undefined, file: string | undefined): Options['replay'] {
  if (file !== undefined) return { file };
  return index === undefined ? null : { index: wholeNumber('index', index, 0) };
}

function targetsNamed(names: string | undefined, fault: string | undefined, junk: number): readonly Target[] {
  if (fault !== undefined) return [pick(PLANTED_FAULTS, fault, 'planted fault')()];
  const all = [...MEMORY_TARGETS, ...diskTargets(junk)];
  if (names === undefined) return all;
  const byName = Object.fromEntries(all.map((target) => [target.name, target]));
  return names.split(',').map((name) => pick(byName, name, 'target'));
}

function pick<T>(known: Readonly<Record<string, T>>, name: string, what: string): T {
  const found = Object.hasOwn(known, name) ? known[name] : undefined;
  if (found !== undefined) return found;
  throw new Error(
    `There is no ${what} ${JSON.stringify(name)}. There are: ${Object.keys(known).join(', ')}.`,
  );
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`--${option} must be a whole number from ${least} up; got ${JSON.stringify(text)}.`);
}
