import { expect, test } from 'vitest';
import { faultsOf, lineAbout, readReport, skippedByReason } from '../src/suite-report.ts';
import type { FileOutcome, TestOutcome } from '../src/suite-report.ts';

const passed: TestOutcome = { name: 'good', state: 'passed', reason: null, errors: [] };

function file(name: string, ...tests: readonly TestOutcome[]): FileOutcome {
  return { file: name, duration_ms: 1_234, errors: [], tests };
}

function faults(...files: readonly FileOutcome[]): readonly string[] {
  return faultsOf({ files, unhandled: [] }, ['a.test.ts']);
}

test('all passed, or skipped with a reason: nothing is wrong', () => {
  const skipped: TestOutcome = { ...passed, name: 'odd', state: 'skipped', reason: 'no pipes' };
  const report = { files: [file('a.test.ts', passed, skipped)], unhandled: [] };
  expect(faultsOf(report, ['a.test.ts'])).toEqual([]);
  expect([...skippedByReason(report)]).toEqual([['no pipes', ['a.test.ts > odd']]]);
  expect(lineAbout(report.files[0]!)).toBe('a.test.ts: 1 passed, 1 skipped (1.2 s)');
});

test('what must not pass for a success is a fault', () => {
  expect(faults(file('a.test.ts', { ...passed, state: 'failed', errors: ['no'] }))).toEqual([
    'a.test.ts > good: failed: no',
  ]);
  expect(faults(file('a.test.ts', { ...passed, state: 'skipped' }))).toEqual([
    expect.stringContaining('without a reason'),
  ]);
  expect(faults(file('a.test.ts', { ...passed, state: 'pending' }))).toEqual([
    expect.stringContaining('never ended'),
  ]);
  expect(faults(file('a.test.ts'))).toEqual(['a.test.ts holds no test.']);
  expect(faults({ ...file('a.test.ts'), errors: ['cannot import'] })).toEqual(['a.test.ts: cannot import']);
  expect(faults()).toEqual(['a.test.ts did not come to its end.']);
  expect(faultsOf({ files: [], unhandled: ['late'] }, [])).toEqual(['Outside of the tests: late']);
});

test('a report is read as far as it was written', () => {
  const lines = [file('a.test.ts', passed), { unhandled: ['late'] }].map((line) => JSON.stringify(line));
  const cut = JSON.stringify(file('b.test.ts', passed)).slice(0, 20);
  const report = readReport([...lines, cut].join('\n'));
  expect(report.files.map((outcome) => outcome.file)).toEqual(['a.test.ts']);
  expect(report.unhandled).toEqual(['late']);
  expect(readReport('')).toEqual({ files: [], unhandled: [] });
});
