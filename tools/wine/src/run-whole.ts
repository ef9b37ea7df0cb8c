import { runSuite } from './run-suite.ts';
import type { SuiteEnd, SuiteRun } from './run-suite.ts';
import { faultsOf } from './suite-report.ts';
import type { FileOutcome } from './suite-report.ts';

/** As a `SuiteRun`, but of any number of vitests one after the other. */
export interface WholeRun extends SuiteRun {
  /** Whether files that failed are run a second time, alone. */
  readonly retries: boolean;
}

/** A file that failed and was run again. */
export interface Retried {
  readonly file: string;
  /** What was wrong with it the first time. */
  readonly faults: readonly string[];
  readonly passed: boolean;
}

/** What came of all files. */
export interface WholeEnd {
  /** The last outcome of each file. */
  readonly outcomes: readonly FileOutcome[];
  readonly retried: readonly Retried[];
  /** All that is wrong, after the second attempts. Empty: all is well. */
  readonly faults: readonly string[];
}

type RunsFiles = (run: SuiteRun) => Promise<SuiteEnd>;

/**
 * Runs every file to its end. One that takes too long ends its vitest, and another one goes on with the files that are left; files
 * with faults are run again once, alone, if that is asked for, and reported either way. Bounded by `limit_ms`.
 */
export async function runWhole(run: WholeRun, runFiles: RunsFiles = runSuite): Promise<WholeEnd> {
  const deadline_ms = performance.now() + run.limit_ms;
  const first = await runAll(run, deadline_ms, runFiles);
  const suspects = first.outcomes.filter((outcome) => faultsOf(outcome).length > 0);
  if (!run.retries || suspects.length === 0 || performance.now() >= deadline_ms) {
    return {
      outcomes: first.outcomes,
      retried: [],
      faults: [...first.faults, ...first.outcomes.flatMap(faultsOf)],
    };
  }
  const files = suspects.map(({ file }) => file);
  const second = await runAll(
    { ...run, name: `${run.name}-again`, files, workers: 1, isolates: true },
    deadline_ms,
    runFiles,
  );
  const outcomes = first.outcomes.map(
    (outcome) => second.outcomes.find(({ file }) => file === outcome.file) ?? outcome,
  );
  const retried = suspects.map((suspect) => {
    const again = second.outcomes.find(({ file }) => file === suspect.file);
    const passed = again !== undefined && faultsOf(again).length === 0;
    return { file: suspect.file, faults: faultsOf(suspect), passed };
  });
  return { outcomes, retried, faults: [...first.faults, ...second.faults, ...outcomes.flatMap(faultsOf)] };
}

interface Attempt {
  readonly outcomes: readonly FileOutcome[];
  /** What is wrong with no file in particular. */
  readonly faults: readonly string[];
}

/** Each file once. */
async function runAll(run: SuiteRun, deadline_ms: number, runFiles: RunsFiles): Promise<Attempt> {
  const outcomes: FileOutcome[] = [];
  const faults: string[] = [];
  let left = run.files;
  for (let round = 1; left.length > 0; round += 1) {
    const limit_ms = deadline_ms - performance.now();
    if (limit_ms <= 0) {
      faults.push(...left.map((file) => `${file} was not run: there was no time left.`));
      break;
    }
    const end = await runFiles({ ...run, name: `${run.name}-${round}`, files: left, limit_ms });
    const ended = [...end.report.files, ...victimsOf(end, run.fileLimit_ms)];
    outcomes.push(...ended);
    faults.push(...end.report.unhandled.map((error) => `Outside of the tests: ${error}`));
    const done = new Set(ended.map(({ file }) => file));
    left = left.filter((file) => !done.has(file));
    if (isExplained(end, ended)) continue;
    const how = end.isStuck ? 'did nothing any more' : `ended with ${end.exitCode ?? 'a signal'}`;
    faults.push(`vitest ${how}, and said last:\n${end.said}`);
    if (done.size > 0) continue;
    faults.push(...left.map((file) => `${file} did not come to its end.`));
    break;
  }
  return { outcomes, faults };
}

/** Whether a vitest ended as it had to, and left something done, so that another one would not end in the same way. */
function isExplained(end: SuiteEnd, ended: readonly FileOutcome[]): boolean {
  if (end.isLate) return true; // There is no other one.
  if (end.isStuck || ended.length === 0) return false;
  return end.exitCode === 0 || end.hung.length > 0 || ended.some((file) => faultsOf(file).length > 0);
}

/** The files that ended by force, as outcomes: those that took too long, and those at work when vitest ended by itself. */
function victimsOf(end: SuiteEnd, fileLimit_ms: number): FileOutcome[] {
  const heard = new Set(end.report.files.map(({ file }) => file));
  const unended = end.report.began.filter((file) => !heard.has(file));
  if (end.isLate || end.isStuck) return [];
  if (end.hung.length > 0)
    return end.hung.map((file) => forced(file, `it was ended after ${fileLimit_ms / 1000} s.`, fileLimit_ms));
  return unended.map((file) => forced(file, 'vitest ended before it did.', 0));
}

function forced(file: string, error: string, duration_ms: number): FileOutcome {
  return { file, duration_ms, errors: [error], tests: [] };
}
