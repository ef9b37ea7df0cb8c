import { expect, test } from 'vitest';
import { faultsOf, lineAbout, readReport, skippedByReason } from '../src/suite-report.ts';
import type { FileOutcome, TestOutcome } from '../src/suite-report.ts';

const passed: TestOutcome = { name: 'good', state: 'passed', reason: null, errors: [], duration_ms: 1 };

function file(name: string, ...tests: readonly TestOutcome[]): FileOutcome {
  return { file: name, duration_ms: 1_234, errors: [], tests };
}

test('all passed, or skipped with a reason: nothing is wrong', () => {
  const skipped: TestOutcome = { ...passed, name: 'odd', state: 'skipped', reason: 'no pipes' };
  const outcome = file('a.test.ts', passed, skipped);
  expect(faultsOf(outcome)).toEqual([]);
  expect([...skippedByReason([outcome])]).toEqual([['no pipes', ['a.test.ts > odd']]]);
  expect(lineAbout(outcome)).toBe('a.test.ts: 1 passed, 1 skipped (1.2 s)');
});

test('what must not pass for a success is a fault', () => {
  expect(faultsOf(file('a.test.ts', { ...passed, state: 'failed', errors: ['no'] }))).toEqual([
    'a.test.ts > good: failed: no',
  ]);
  expect(faultsOf(file('a.test.ts', { ...passed, state: 'skipped' }))).toEqual([
    expect.stringContaining('without a reason'),
  ]);
  expect(faultsOf(file('a.test.ts', { ...passed, state: 'pending' }))).toEqual([
    expect.stringContaining('never ended'),
  ]);
  expect(faultsOf(file('a.test.ts'))).toEqual(['a.test.ts holds no test.']);
  expect(faultsOf({ ...file('a.test.ts'), errors: ['cannot import'] })).toEqual(['a.test.ts: cannot import']);
});

test('a report is read as far as it was written', () => {
  const values = [
    { began: 'a.test.ts' },
    file('a.test.ts', passed),
    { began: 'b.test.ts' },
    { unhandled: ['late'] },
  ];
  const lines = values.map((line) => JSON.stringify(line));
  const cut = JSON.stringify(file('b.test.ts', passed)).slice(0, 20);
  const report = readReport([...lines, cut].join('\n'));
  expect(report.files.map((outcome) => outcome.file)).toEqual(['a.test.ts']);
  expect(report.began).toEqual(['a.test.ts', 'b.test.ts']);
  expect(report.unhandled).toEqual(['late']);
  expect(readReport('')).toEqual({ began: [], files: [], unhandled: [] });
});
