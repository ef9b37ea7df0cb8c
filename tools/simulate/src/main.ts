import { availableParallelism } from 'node:os';
import { readCommandLine } from '../../command-line.ts';
import { FEATURES } from './features.ts';
import { runSeeds, serve, type SeedRuns } from './seed-runs.ts';
import { simulate } from './simulate.ts';

/*
 * `npm run simulate -- --seeds 20000 [--first 1]` runs so many seeds, on all cores; `--seed 4711` runs one and prints what
 * happened. Exits with 1 as soon as a promise was broken, also where running the seed once more does not show it again.
 *
 * `--at-most-seconds 400 --at-least 3000` stops when time is up and says how far it came; it still exits with 0 if every
 * promise was kept and at least so many seeds were done.
 */

/** How much of the trace of a failure is shown. */
const shownLines = 60;

const USAGE = `npm run simulate -- [--seeds 20000] [--first 1]    so many seeds, on all cores
                   [--at-most-seconds 400 --at-least 3000]   as many as time allows, and no fewer than these
                   [--workers N]
npm run simulate -- --seed 4711 [--trace LINES]    one seed, with the end of what happened`;

const { values } = readCommandLine(USAGE, {
  options: {
    seeds: { type: 'string', default: '20000' },
    first: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'string', default: String(shownLines) },
    workers: { type: 'string', default: String(availableParallelism()) },
    'at-most-seconds': { type: 'string' },
    'at-least': { type: 'string' },
    child: { type: 'boolean', default: false },
  },
});

if (values.child) serve();
else if (values.seed !== undefined) await replay(wholeNumber('seed', values.seed, 0));
else await runAll(wholeNumber('first', values.first, 0), wholeNumber('seeds', values.seeds, 1));

async function runAll(first: number, count: number): Promise<void> {
  const atMost_s =
    values['at-most-seconds'] === undefined
      ? Number.POSITIVE_INFINITY
      : wholeNumber('at-most-seconds', values['at-most-seconds'], 0);
  const atLeast = values['at-least'] === undefined ? count : wholeNumber('at-least', values['at-least'], 1);
  const workers = wholeNumber('workers', values.workers, 1);
  let shown_s = 0;
  const runs = await runSeeds({ first, count, workers, atMost_ms: atMost_s * 1_000 }, (soFar) => {
    if (soFar.seconds - shown_s < 5) return;
    shown_s = soFar.seconds;
    console.log(`${soFar.done} of ${count} seeds, ${Math.round(soFar.done / soFar.seconds)} a second`);
  });
  const { done, failed } = runs;
  console.log(featuresText(runs));
  if (failed.length > 0) {
    console.log(
      `${failed.length} of ${done} seeds broke a promise (${rateOf(runs)}): ${failed.map(({ seed }) => seed).join(' ')}`,
    );
    await tellBroken(failed);
    return;
  }
  console.log(`${done} seeds from ${first}: every promise was kept (${rateOf(runs)})`);
  if (done < count) tellTimeIsUp(done, count, atLeast, atMost_s);
}

/** Shows what became of the first of them, which counts whether or not it shows again: the process that found it had run others before. */
async function tellBroken(failed: SeedRuns['failed']): Promise<void> {
  process.exitCode = 1;
  const [first] = failed.toSorted((one, other) => one.seed - other.seed);
  if (first === undefined || (await replay(first.seed))) return;
  console.log('*** It does not show again in this process. Where it was found: ***');
  tellViolations(first.violations);
}

/** In words that cannot be overlooked: fewer seeds were run than were asked for. */
function tellTimeIsUp(done: number, count: number, atLeast: number, atMost_s: number): void {
  console.log(`*** TIME IS UP: only ${done} of ${count} seeds were run in ${atMost_s} s. ***`);
  if (done >= atLeast) {
    console.log(
      `*** That is enough to pass (at least ${atLeast}); run the others on a computer that is idle. ***`,
    );
    return;
  }
  console.log(`*** That is too few to say anything: at least ${atLeast} were asked for. ***`);
  process.exitCode = 1;
}

function rateOf({ done, steps, seconds, processorSeconds }: SeedRuns): string {
  const rate = `${(done / seconds).toFixed(1)} seeds and ${Math.round(steps / seconds)} calls a second`;
  return `${seconds.toFixed(1)} s and ${processorSeconds.toFixed(1)} s of processor time, ${rate}`;
}

/** What the seeds had, so that one sees what was tried and not only how often. */
function featuresText({ featured }: SeedRuns): string {
  return `seeds with: ${FEATURES.map((feature) => `${feature} ${featured.get(feature) ?? 0}`).join(', ')}`;
}

/** Runs one seed and shows what happened; true if it broke a promise. */
async function replay(seed: number): Promise<boolean> {
  const { violations, trace, digest, steps, scenario } = await simulate(seed, {
    keepTrace: wholeNumber('trace', values.trace, 0),
  });
  console.log(`\nseed ${seed}: ${JSON.stringify(scenario)}\n`);
  for (const line of trace) console.log(line);
  console.log(`\n${steps} steps, trace ${digest}`);
  tellViolations(violations);
  if (violations.length === 0) {
    console.log('Every promise was kept.');
    return false;
  }
  console.log(`\nReplay it with: npm run simulate -- --seed ${seed} --trace 100000`);
  process.exitCode = 1;
  return true;
}

function tellViolations(violations: SeedRuns['failed'][number]['violations']): void {
  for (const { rule, detail } of violations) console.log(`BROKEN: ${rule}: ${detail}`);
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  console.error(`--${option} must be a whole number from ${least} up; got ${JSON.stringify(text)}.`);
  process.exit(2);
}
