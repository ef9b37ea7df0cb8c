import { expect, test } from 'vitest';
import { shortfalls } from '../src/floors.ts';

const scale = { seconds: 20, consumers: 8, rate: 200 };
const enough = {
  counts: {
    attempted: 20,
    acknowledged: 20,
    handlings: 0,
    lost: 0,
    unexpected: 0,
    recovered: 0,
    duplicates: 0,
    copies: 0,
    effects: 0,
    effectAttempts: 0,
    duplicateEffects: 0,
    finished: 0,
    dead: 0,
    answers: 0,
  },
  kills: 9,
  takeoversFromDead: 1,
  takeoversFromStopped: 0,
  leasesLost: 0,
};

test('what a busy computer does in twenty seconds is enough', () => {
  expect(shortfalls(enough, scale)).toEqual([]);
});

test.each([
  ['messages', { counts: { ...enough.counts, acknowledged: 19 } }, '19 messages acknowledged'],
  ['kills', { kills: 8 }, '8 kills'],
  ['takeovers', { takeoversFromDead: 0 }, '0 takeovers'],
])('too few %s are told', (_what, changes, saying) => {
  const found = shortfalls({ ...enough, ...changes }, scale);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(saying);
});

test('what is asked for grows with the time, and is never nothing', () => {
  expect(shortfalls(enough, { ...scale, seconds: 600 })).toHaveLength(3);
  const nothing = {
    ...enough,
    counts: { ...enough.counts, acknowledged: 9 },
    kills: 6,
    takeoversFromDead: 0,
  };
  expect(shortfalls(nothing, { ...scale, seconds: 1 })).toHaveLength(3);
});
