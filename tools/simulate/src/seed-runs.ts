import { fork } from 'node:child_process';
import type { Feature } from './features.ts';
import { simulate, type SimulationResult } from './simulate.ts';

/** Seeds that a child process is given at a time. */
const chunk = 25;
/** Most of what a run makes is dead at once: with room for it, less is looked at again and again. In MiB, per child. */
const youngSpace = 32;

/** Which seeds are to be run, and for how long. */
export interface SeedRange {
  readonly first: number;
  readonly count: number;
  /** How many processes run them. */
  readonly workers: number;
  /** After so long, no more seeds are begun. */
  readonly atMost_ms: number;
}

/** What came of them. Seeds are begun in their order, so those that were done are the first ones. */
export interface SeedRuns {
  readonly done: number;
  /** Calls and timers, over all seeds. */
  readonly steps: number;
  readonly seconds: number;
  /** Of the processor, over all children: what a busy computer does not change much. */
  readonly processorSeconds: number;
  readonly failed: readonly Pick<SimulationResult, 'seed' | 'violations'>[];
  /** How many seeds had each feature. */
  readonly featured: ReadonlyMap<Feature, number>;
}

interface Work {
  readonly first: number;
  readonly count: number;
}

interface Report {
  readonly done: number;
  readonly steps: number;
  readonly processorSeconds: number;
  readonly failed: SeedRuns['failed'][number][];
  readonly features: readonly Feature[];
}

/** Runs seeds in child processes of this program, which must call `serve`; ends early when one breaks a promise. */
export async function runSeeds(range: SeedRange, tell: (soFar: SeedRuns) => void): Promise<SeedRuns> {
  const began_ms = performance.now();
  const end = range.first + range.count;
  let next = range.first;
  let done = 0;
  let steps = 0;
  let processorSeconds = 0;
  const failed: SeedRuns['failed'][number][] = [];
  const featured = new Map<Feature, number>();
  const soFar = (): SeedRuns => {
    const seconds = (performance.now() - began_ms) / 1_000;
    return { done, steps, failed, featured, seconds, processorSeconds };
  };
  const nextWork = (): Work | null => {
    const isOver = next >= end || failed.length > 0 || performance.now() - began_ms >= range.atMost_ms;
    if (isOver) return null;
    const work = { first: next, count: Math.min(chunk, end - next) };
    next += work.count;
    return work;
  };
  const take = (report: Report): void => {
    done += report.done;
    steps += report.steps;
    processorSeconds += report.processorSeconds;
    failed.push(...report.failed);
    for (const feature of report.features) featured.set(feature, (featured.get(feature) ?? 0) + 1);
    tell(soFar());
  };
  await Promise.all(Array.from({ length: range.workers }, () => runChild(nextWork, take)));
  return soFar();
}

function runChild(nextWork: () => Work | null, take: (report: Report) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const execArgv = [...process.execArgv, `--max-semi-space-size=${youngSpace}`];
    const child = fork(process.argv[1] ?? '', ['--child'], { execArgv });
    const give = (): void => {
      const work = nextWork();
      if (work === null) child.disconnect();
      else child.send(work);
    };
    child.on('message', (report: Report) => {
      take(report);
      give();
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`A child process ended with ${code ?? signal}. Its output says why.`));
    });
    give();
  });
}

/** A child's life: runs what it is sent, and reports. */
export function serve(): void {
  process.on('message', (work: Work) => {
    // Who asked may have been killed meanwhile; then there is nobody to tell, and nothing more to do.
    void runSome(work).then((report) => process.connected && process.send?.(report));
  });
}

async function runSome({ first, count }: Work): Promise<Report> {
  const failed: Report['failed'] = [];
  const features: Feature[] = [];
  const began = process.cpuUsage();
  let steps = 0;
  for (let seed = first; seed < first + count; seed += 1) {
    const result = await simulate(seed);
    steps += result.steps;
    features.push(...result.features);
    if (result.violations.length > 0) failed.push({ seed, violations: result.violations });
  }
  const { user, system } = process.cpuUsage(began);
  return { done: count, steps, processorSeconds: (user + system) / 1e6, failed, features };
}
