import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { simulate, type SimulationResult } from './simulate.ts';

/*
 * `npm run simulate -- --seeds 20000 [--first 1]` runs so many seeds, on all cores; `--seed 4711` runs one and prints what
 * happened. Exits with 1 as soon as a promise was broken.
 */

/** Seeds that a child process is given at a time. */
const chunk = 50;
/** How much of the trace of a failure is shown. */
const shownLines = 60;

interface Work {
  readonly first: number;
  readonly count: number;
}

interface Report {
  readonly done: number;
  readonly steps: number;
  readonly failed: readonly Pick<SimulationResult, 'seed' | 'violations'>[];
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20000' },
    first: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'string', default: String(shownLines) },
    workers: { type: 'string', default: String(availableParallelism()) },
    child: { type: 'boolean', default: false },
  },
});

if (values.child) serve();
else if (values.seed !== undefined) await replay(wholeNumber('seed', values.seed));
else await runAll(wholeNumber('first', values.first), wholeNumber('seeds', values.seeds));

/** A child's life: runs what it is sent, and reports. */
function serve(): void {
  process.on('message', (work: Work) => {
    void runSome(work).then((report) => process.send?.(report));
  });
}

async function runSome({ first, count }: Work): Promise<Report> {
  const failed: Report['failed'][number][] = [];
  let steps = 0;
  for (let seed = first; seed < first + count; seed += 1) {
    const result = await simulate(seed);
    steps += result.steps;
    if (result.violations.length > 0) failed.push({ seed, violations: result.violations });
  }
  return { done: count, steps, failed };
}

async function runAll(first: number, count: number): Promise<void> {
  const began_ms = performance.now();
  let next = first;
  let done = 0;
  let steps = 0;
  let shown_ms = began_ms;
  const failed: Report['failed'][number][] = [];
  const seconds = (): number => (performance.now() - began_ms) / 1_000;

  const runChild = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(process.argv[1] ?? '', ['--child']);
      const give = (): void => {
        const work: Work = { first: next, count: Math.min(chunk, first + count - next) };
        if (work.count <= 0 || failed.length > 0) child.disconnect();
        else {
          next += work.count;
          child.send(work);
        }
      };
      child.on('message', (report: Report) => {
        done += report.done;
        steps += report.steps;
        failed.push(...report.failed);
        if (performance.now() - shown_ms > 5_000) {
          shown_ms = performance.now();
          console.log(`${done} of ${count} seeds, ${Math.round(done / seconds())} a second`);
        }
        give();
      });
      child.on('error', reject);
      child.on('exit', (code, signal) => {
        if (code === 0) resolve();
        else reject(new Error(`A child process ended with ${code ?? signal}. Its output says why.`));
      });
      give();
    });

  await Promise.all(Array.from({ length: wholeNumber('workers', values.workers) }, runChild));
  const rate = `${seconds().toFixed(1)} s, ${(done / seconds()).toFixed(1)} seeds and ${Math.round(steps / seconds())} calls a second`;
  if (failed.length === 0) {
    console.log(`${done} seeds from ${first}: every promise was kept (${rate})`);
    return;
  }
  console.log(
    `${failed.length} of ${done} seeds broke a promise (${rate}): ${failed.map(({ seed }) => seed).join(' ')}`,
  );
  await replay(Math.min(...failed.map(({ seed }) => seed)));
}

/** Runs one seed and shows what happened. */
async function replay(seed: number): Promise<void> {
  const { violations, trace, digest, steps, scenario } = await simulate(seed, {
    keepTrace: wholeNumber('trace', values.trace),
  });
  console.log(`\nseed ${seed}: ${JSON.stringify(scenario)}\n`);
  for (const line of trace) console.log(line);
  console.log(`\n${steps} steps, trace ${digest}`);
  for (const { rule, detail } of violations) console.log(`BROKEN: ${rule}: ${detail}`);
  if (violations.length === 0) {
    console.log('Every promise was kept.');
    return;
  }
  console.log(`\nReplay it with: npm run simulate -- --seed ${seed} --trace 100000`);
  process.exitCode = 1;
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${option} must be a whole number from 0 up; got ${JSON.stringify(text)}.`);
  process.exit(2);
}
