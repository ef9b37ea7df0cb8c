import { expect, test } from 'vitest';
import type { Measured } from '../src/result.ts';
import { judgeAll } from '../src/rows/backlog.ts';
import { standingOf } from '../src/rows/throughput.ts';
import { spreadOf } from '../src/statistics.ts';
import { atSize, verdictOf, worstOf, type Limit } from '../src/verdict.ts';

const atMost: Limit = { atMost: 1.5 };
const atLeast: Limit = { atLeast: 1 };

test.each([
  [[1.1, 1.2, 1.3], atMost, 'met'],
  [[1.5, 1.5, 1.5], atMost, 'met'],
  [[1.4, 1.45, 1.6], atMost, 'met, within the noise'],
  [[1.4, 1.55, 1.6], atMost, 'missed, within the noise'],
  [[1.6, 1.7, 1.8], atMost, 'missed'],
  [[1, 1.2, 1.4], atLeast, 'met'],
  [[0.9, 1.1, 1.2], atLeast, 'met, within the noise'],
  [[0.8, 0.95, 1.1], atLeast, 'missed, within the noise'],
  [[0.7, 0.8, 0.9], atLeast, 'missed'],
  [[Number.NaN, Number.NaN, Number.NaN], atMost, 'missed'],
  [[Number.NaN, Number.NaN, Number.NaN], atLeast, 'missed'],
] as const)('the quarters and the middle %j of a target of %j: %s', ([low, median, high], limit, verdict) => {
  expect(verdictOf({ low, median, high }, limit)).toBe(verdict);
});

test.each([
  [[], 'met'],
  [['met', 'met, within the noise'], 'met, within the noise'],
  [['missed, within the noise', 'met', 'missed'], 'missed'],
  [['not measured', 'met'], 'not measured'],
  [['not measured', 'missed, within the noise'], 'missed, within the noise'],
] as const)('of %j the worst is %s', (verdicts, worst) => {
  expect(worstOf(verdicts)).toBe(worst);
});

test('fewer than a million can miss a target that names a million, but not meet it', () => {
  expect(atSize('met', 1_000_000)).toEqual({ verdict: 'met', note: '' });
  expect(atSize('met, within the noise', 100_000)).toEqual({
    verdict: 'not measured',
    note: 'held so far, 1M only with --full',
  });
  expect(atSize('missed', 100_000)).toEqual({ verdict: 'missed', note: '' });
});

test.each([
  [
    [
      [10_000, 1.2],
      [1_000_000, 1.4],
    ],
    'met',
    '',
  ],
  [
    [
      [100_000, 1.6],
      [1_000_000, 1.4],
    ],
    'met',
    'beyond 1.5 x at 100k, of which the target does not speak',
  ],
  [
    [
      [100_000, 1.2],
      [1_000_000, 1.6],
    ],
    'missed',
    '',
  ],
  [[[100_000, 1.2]], 'not measured', 'held so far, 1M only with --full'],
  [
    [[100_000, 1.6]],
    'not measured',
    'beyond 1.5 x at 100k, of which the target does not speak; 1M only with --full',
  ],
] as const)('of backlogs %j only the million decides: %s', (sizes, verdict, note) => {
  const ratios = sizes.map(([size, ratio]) => ({ size, ratio: spreadOf([ratio]) }));
  expect(judgeAll(ratios, true)).toEqual({ verdict, note });
});

test.each([
  [1.2, 'not measured'],
  [1.7, 'missed'],
] as const)('a million at %d x that was never listed twice: %s', (ratio, verdict) => {
  expect(judgeAll([{ size: 1_000_000, ratio: spreadOf([ratio]) }], false).verdict).toBe(verdict);
});

function subject(name: string, ratios: readonly number[]): Measured {
  const ratio = spreadOf(ratios);
  return {
    subject: name,
    standing: 'peer',
    durable: true,
    cost_us: ratio,
    processor_us: ratio.median,
    ratio,
    processorRatio: ratio,
    slice: 1,
  };
}

test.each([
  [[[2, 2.1]], 'met', 'ahead of all 1'],
  [
    [
      [2, 2.1],
      [0.9, 1.4],
    ],
    'met, within the noise',
    'ahead of all 2',
  ],
  [[[0.8, 1.05]], 'missed, within the noise', 'behind peer 0 (by 1.08)'],
  [
    [
      [2, 2.1],
      [0.4, 0.6],
    ],
    'missed',
    'behind peer 1 (by 2.00)',
  ],
  [[], 'not measured', 'no peer was measured'],
] as const)('beside peers that take %j, who takes 0.9 to 1.1 has %s', (taken, verdict, note) => {
  const peers = taken.map((ratios, at) => subject(`peer ${at}`, ratios));
  expect(standingOf(subject('this queue', [0.9, 1.1]), peers, { diskOnly: true }, [])).toEqual({
    verdict,
    note,
  });
});

test('who is ahead of those that could be had is not ahead of every peer where one lacks', () => {
  const [ours, slower, faster] = [
    subject('this queue', [1]),
    subject('slower', [2]),
    subject('faster', [0.5]),
  ];
  const against = (rival: Measured) => standingOf(ours, [rival], { diskOnly: true }, ['another']);
  expect(against(slower)).toEqual({ verdict: 'not measured', note: 'ahead of all 1; not beside another' });
  expect(against(faster)).toEqual({ verdict: 'missed', note: 'behind faster (by 2.00); not beside another' });
});
