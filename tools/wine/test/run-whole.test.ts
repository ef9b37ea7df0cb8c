import { expect, test } from 'vitest';
import { FileClock } from '../src/run-suite.ts';
import type { SuiteEnd, SuiteRun } from '../src/run-suite.ts';
import { runWhole } from '../src/run-whole.ts';
import type { WholeEnd } from '../src/run-whole.ts';
import type { FileOutcome, SuiteReport } from '../src/suite-report.ts';

type Ending = 'passes' | 'fails' | 'hangs' | 'ends vitest' | 'is late' | 'stops vitest';

/** A vitest that runs files one by one; `endings` of a file are those of its first, second, ... attempt. */
function vitestWith(endings: Readonly<Record<string, readonly Ending[]>>) {
  const attempts = new Map<string, number>();
  const runs: (readonly string[])[] = [];
  const runFiles = async (run: SuiteRun): Promise<SuiteEnd> => {
    runs.push(run.files);
    const [began, files]: [string[], FileOutcome[]] = [[], []];
    const end = { report: { began, files, unhandled: [] }, said: 'something', hung: [], isStuck: false };
    for (const file of run.files) {
      const attempt = attempts.get(file) ?? 0;
      attempts.set(file, attempt + 1);
      began.push(file);
      const ending = endings[file]?.[attempt] ?? 'passes';
      if (ending === 'hangs') return { ...end, hung: [file], isLate: false, exitCode: null };
      if (ending === 'is late') return { ...end, isLate: true, exitCode: null };
      if (ending === 'ends vitest') return { ...end, isLate: false, exitCode: 3 };
      if (ending === 'stops vitest') return { ...end, isStuck: true, isLate: false, exitCode: null };
      files.push(outcome(file, ending === 'passes' ? 'passed' : 'failed'));
    }
    return {
      ...end,
      isLate: false,
      exitCode: files.some(({ tests }) => tests[0]?.state === 'failed') ? 1 : 0,
    };
  };
  return { runs, runFiles };
}

function outcome(file: string, state: 'passed' | 'failed'): FileOutcome {
  const errors = state === 'failed' ? ['no'] : [];
  return {
    file,
    duration_ms: 1,
    errors: [],
    tests: [{ name: 'it', state, reason: null, errors, duration_ms: 1 }],
  };
}

async function whole(
  endings: Readonly<Record<string, readonly Ending[]>>,
  options: { retries?: boolean; limit_ms?: number } = {},
): Promise<WholeEnd & { readonly runs: readonly (readonly string[])[] }> {
  const { runs, runFiles } = vitestWith(endings);
  const run = {
    name: 'tests',
    wine: 'wine',
    prefix: { env: {}, endProcesses: () => undefined },
    nodeExe: 'node.exe',
    drive: '/nowhere',
    logs: '/nowhere',
    files: ['a', 'b', 'c'],
    workers: 1,
    isolates: false,
    fileLimit_ms: 2_000,
    limit_ms: 60_000,
    retries: true,
    ...options,
  };
  return { ...(await runWhole(run, runFiles)), runs };
}

test('all pass: one run, nothing is wrong', async () => {
  const { outcomes, faults, retried, runs } = await whole({});
  expect(outcomes.map(({ file }) => file)).toEqual(['a', 'b', 'c']);
  expect({ faults, retried, runs }).toEqual({ faults: [], retried: [], runs: [['a', 'b', 'c']] });
});

test('a file that hangs does not keep the others from running, and is run again once', async () => {
  const { faults, retried, runs } = await whole({ b: ['hangs', 'hangs', 'passes'] });
  expect(runs).toEqual([['a', 'b', 'c'], ['c'], ['b']]);
  expect(faults).toEqual(['b: it was ended after 2 s.']);
  expect(retried).toEqual([{ file: 'b', faults: ['b: it was ended after 2 s.'], passed: false }]);
});

test('what fails once and then passes is no fault, and is told', async () => {
  const { outcomes, faults, retried } = await whole({ a: ['fails'], c: ['hangs'] });
  expect(faults).toEqual([]);
  expect(retried.map(({ file, passed }) => [file, passed])).toEqual([
    ['a', true],
    ['c', true],
  ]);
  expect(outcomes.map(({ file, tests }) => [file, tests[0]?.state])).toEqual([
    ['a', 'passed'],
    ['b', 'passed'],
    ['c', 'passed'],
  ]);
});

test('without second attempts the first counts', async () => {
  const { faults, retried, runs } = await whole({ a: ['fails'] }, { retries: false });
  expect(faults).toEqual(['a > it: failed: no']);
  expect({ retried, runs: runs.length }).toEqual({ retried: [], runs: 1 });
});

test('a vitest that ends by itself: the file at work is to blame, the others go on', async () => {
  const { faults, retried, runs } = await whole({ b: ['ends vitest'] });
  expect(runs).toEqual([['a', 'b', 'c'], ['c'], ['b']]);
  expect(faults).toEqual([]);
  expect(retried).toEqual([{ file: 'b', faults: ['b: vitest ended before it did.'], passed: true }]);
});

test('a vitest that does nothing any more is a fault, and none is started for ever', async () => {
  const { faults, runs } = await whole({ a: ['stops vitest', 'stops vitest'] });
  expect(runs).toEqual([['a', 'b', 'c']]);
  expect(faults).toEqual([
    'vitest did nothing any more, and said last:\nsomething',
    ...['a', 'b', 'c'].map((file) => `${file} did not come to its end.`),
  ]);
});

test('what there is no time for is a fault', async () => {
  const { faults, runs } = await whole({}, { limit_ms: 0 });
  expect(runs).toEqual([]);
  expect(faults).toEqual(['a', 'b', 'c'].map((file) => `${file} was not run: there was no time left.`));
});

function seen(began: readonly string[], ...ended: readonly string[]): SuiteReport {
  return { began, files: ended.map((file) => outcome(file, 'passed')), unhandled: [] };
}

test('a file is late by the time since it was seen to begin; news are beginnings and ends', () => {
  const clock = new FileClock(0);
  expect(clock.lateOnes(seen([]), 500, 1_000)).toEqual([]);
  expect(clock.lastNews_ms).toBe(0);
  expect(clock.lateOnes(seen(['a']), 600, 1_000)).toEqual([]);
  expect(clock.lateOnes(seen(['a', 'b']), 1_500, 1_000)).toEqual([]);
  expect(clock.lateOnes(seen(['a', 'b']), 1_601, 1_000)).toEqual(['a']);
  expect(clock.lastNews_ms).toBe(1_500);
  expect(clock.lateOnes(seen(['a', 'b'], 'a'), 2_500, 1_000)).toEqual([]);
  expect(clock.lateOnes(seen(['a', 'b'], 'a'), 2_501, 1_000)).toEqual(['b']);
  expect(clock.lastNews_ms).toBe(2_500);
});
