import { expect, test } from 'vitest';
import { cases } from '../src/cases.ts';
import { describeVerdict, exitCodeOf, summary } from '../src/report.ts';
import { run, type Verdict } from '../src/run.ts';

const some = (...names: readonly string[]) => cases.filter(({ name }) => names.includes(name));
const judge = (implementation: string, ...names: readonly string[]) =>
  run(some(...names), { implementation, workers: 2, keep: false });

test('a program that refuses everything passes only where refusing is right, and declines where it may', async () => {
  const verdicts = await judge(
    `sh -c 'echo no >&2; exit 1'`,
    'publish-task',
    'publish-delayed',
    'refuse-unknown-recipient',
  );
  expect(verdicts.map(({ case: { name }, outcome }) => `${name}: ${outcome}`)).toEqual([
    'publish-task: failed',
    'publish-delayed: declined',
    'refuse-unknown-recipient: passed',
  ]);
  expect(summary(verdicts)).toMatch(
    /^1 passed, 1 failed, 1 declined of 3 cases; broken: one or more of R2, .*R21$/,
  );
});

test('who declines must have changed nothing, and refuse with words', async () => {
  const untidy = await judge(
    `sh -c 'touch "$2/inbox/coder/x.json"; echo no >&2; exit 1' sh`,
    'publish-delayed',
  );
  expect(describeVerdict(untidy[0]!)).toContain('should not be there: inbox/coder/x.json');
  const silent = await judge(`sh -c 'exit 1'`, 'refuse-unknown-recipient');
  expect(describeVerdict(silent[0]!)).toContain('it refused without a word');
});

test('a report names the rules, what must hold, and what differed', async () => {
  const [verdict] = await judge('true', 'publish-status');
  const lines = describeVerdict(verdict!).split('\n');
  expect(lines[0]).toMatch(/^failed {3}publish-status \(R13, R17; \d+ ms\)$/);
  expect(lines.slice(1).map((line) => line.trim())).toEqual([
    'A status goes to the outbox of its writer.',
    'missing: outbox/coder/{any}.json',
  ]);
});

test('a session that ends, or talks nonsense, fails its case and hangs nothing', async () => {
  const [ended] = await judge('true', 'claim');
  expect(describeVerdict(ended!)).toContain('claim: it failed with ended');
  const [nonsense] = await judge(`sh -c 'while read -r line; do echo hello; done'`, 'claim');
  expect(describeVerdict(nonsense!)).toContain('The answer is no JSON: hello');
});

test.each<[number, readonly Verdict['outcome'][]]>([
  [0, ['passed']],
  [0, ['passed', 'declined']],
  [1, ['passed', 'failed', 'skipped']],
  [1, ['declined', 'declined']],
  [77, ['passed', 'skipped']],
  [77, ['skipped']],
  [1, []],
])('exits with %i where cases have %j', (code, outcomes) => {
  const [one] = some('claim');
  const verdicts = outcomes.map((outcome) => ({ case: one!, outcome, detail: '', kept: null, took_ms: 0 }));
  expect(exitCodeOf(verdicts)).toBe(code);
});

test('a program that declines all that it is judged by does not pass', async () => {
  const verdicts = await judge(`sh -c 'echo no >&2; exit 1'`, 'publish-delayed');
  expect(summary(verdicts)).toBe('0 passed, 0 failed, 1 declined of 1 cases');
  expect(exitCodeOf(verdicts)).toBe(1);
});
