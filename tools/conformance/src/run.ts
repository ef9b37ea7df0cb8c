import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bench, Declined } from './bench.ts';
import type { Case } from './case.ts';
import { Difference } from './expectation.ts';
import { plant } from './tree.ts';

/** What a case showed. `detail`: what differed, was declined, or kept it from being judged. */
export interface Verdict {
  readonly case: Case;
  readonly outcome: 'passed' | 'failed' | 'declined' | 'skipped';
  readonly detail: string;
  /** Where the directory was kept; null where it was removed. */
  readonly kept: string | null;
  readonly took_ms: number;
}

export interface RunOptions {
  readonly implementation: string;
  /** How many cases are judged at once. */
  readonly workers: number;
  /** Leave the directories of cases that failed where they are. */
  readonly keep: boolean;
  readonly onVerdict?: (verdict: Verdict) => void;
}

/** Judges an implementation by these cases, each in a directory of its own. Verdicts come in the order of the cases. */
export async function run(cases: readonly Case[], options: RunOptions): Promise<readonly Verdict[]> {
  const base = mkdtempSync(join(tmpdir(), 'tapps-conformance-'));
  const verdicts: Verdict[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < cases.length; index = next++) {
      const one = cases[index]!;
      const began = performance.now();
      const verdict = {
        ...(await judge(one, join(base, one.name), options)),
        took_ms: performance.now() - began,
      };
      verdicts[index] = verdict;
      options.onVerdict?.(verdict);
    }
  };
  await Promise.all(Array.from({ length: options.workers }, work));
  if (!verdicts.some(({ kept }) => kept !== null)) rmSync(base, { recursive: true });
  return verdicts;
}

async function judge(
  one: Case,
  directory: string,
  { implementation, keep }: RunOptions,
): Promise<Omit<Verdict, 'took_ms'>> {
  if (typeof one.skip === 'string') return { case: one, outcome: 'skipped', detail: one.skip, kept: null };
  const bench = new Bench(directory, implementation, one.mayDecline === true);
  mkdirSync(bench.root, { recursive: true });
  plant(bench.root, one.before);
  const { outcome, detail } = await attempt(one, bench);
  await bench.close();
  const kept = keep && outcome === 'failed' ? directory : null;
  if (kept === null) rmSync(directory, { recursive: true });
  return { case: one, outcome, detail, kept };
}

async function attempt(one: Case, bench: Bench): Promise<Pick<Verdict, 'outcome' | 'detail'>> {
  const before = bench.survey();
  try {
    await one.run(bench);
    if (one.after !== undefined) bench.expect(one.after);
    return { outcome: 'passed', detail: '' };
  } catch (error) {
    if (error instanceof Declined) return declined(error, before, bench);
    if (error instanceof Difference) return { outcome: 'failed', detail: error.message };
    throw new Error(`The case ${one.name} could not be judged.`, { cause: error });
  }
}

/** Who declines must have changed nothing. */
function declined(
  error: Declined,
  before: ReadonlyMap<string, Buffer>,
  bench: Bench,
): Pick<Verdict, 'outcome' | 'detail'> {
  try {
    bench.expect(Object.fromEntries([...before].filter(([path]) => path !== 'layout.json')));
    return { outcome: 'declined', detail: error.message };
  } catch (difference) {
    return {
      outcome: 'failed',
      detail: `it declined, and changed something all the same:\n${(difference as Error).message}`,
    };
  }
}
