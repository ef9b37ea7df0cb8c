import { describe, expect, test } from 'vitest';
import type { Pause } from '../src/roles/cleaner.ts';
import type { FirstMessage } from '../src/roles/first-reader.ts';
import type { Wake } from '../src/roles/sleeper.ts';
import type { RowResult } from '../src/result.ts';
import * as coldStart from '../src/rows/cold-start.ts';
import * as emptyPoll from '../src/rows/empty-poll.ts';
import * as idle from '../src/rows/idle.ts';
import * as memory from '../src/rows/memory.ts';
import * as retention from '../src/rows/retention.ts';
import * as wakeUp from '../src/rows/wake-up.ts';
import { spreadOf } from '../src/statistics.ts';

function pause(wall_ms: number): Pause {
  return { wall_ms, processor_ms: 1, removed: 1, took_ms: 1_000 };
}

function retentionOf(pauses_ms: readonly number[], entries = 1_000_000): RowResult {
  return retention.judge('disk', entries, pauses_ms.map(pause), [pause(3), pause(50)]);
}

function memoryOf(held_mib: readonly number[]): RowResult {
  return memory.judge(
    'disk',
    1_000_000,
    held_mib.map((held) => ({ held_mib: held, resident_mib: 100 })),
  );
}

function first(taken_s: number, resident_mib: number): FirstMessage {
  return { taken_ms: taken_s * 1_000, opened_ms: taken_s * 500, resident_mib };
}

function idleOf(percents: readonly number[]): RowResult {
  return idle.judge({ place: 'disk', title: 'idle', atMost: 0.5 }, percents, [0.2, 0.25, 0.9], 'over 10 s');
}

function wakes(handled_ms: readonly number[], heard_ms: number | null = 0.5): wakeUp.Wakes {
  return {
    wakes: handled_ms.map((handled): Wake => ({ heard_ms, handled_ms: handled })),
    sent_ms: handled_ms.map(() => 0.25),
  };
}

function wakeUpsOf(heard_ms: readonly number[], deaf_ms: readonly number[] = [200]): readonly RowResult[] {
  return wakeUp.judge('disk', {
    heard: wakes(heard_ms),
    bare_ms: [0.5],
    deaf: wakes(deaf_ms, null),
    memory: { first_ns: 5_500, again_ns: 80 },
  });
}

function many(count: number, taken_ms: number): readonly number[] {
  return Array.from({ length: count }, () => taken_ms);
}

describe('retention', () => {
  test.each([
    [[5, 6, 7], 'met'],
    [[5, 20, 6], 'met'],
    [[5, 20.1, 6], 'missed'],
    [[21, 22, 23], 'missed'],
  ] as const)('of longest pauses of %j ms: %s', (pauses_ms, verdict) => {
    expect(retentionOf(pauses_ms).verdict).toBe(verdict);
  });

  test('shows the middle one and the worst, and the worst of a process at rest', () => {
    const { figure, note } = retentionOf([9, 30, 6]);
    expect(figure).toBe('longest pause 9 ms; the worst of 3 times 30 ms');
    expect(note).toContain('a process at rest, after each of them, for 10 s at most: 50 ms');
  });

  test('says nothing of a million where fewer were removed', () => {
    expect(retentionOf([5, 6, 7], 100_000).verdict).toBe('not measured');
  });
});

describe('memory', () => {
  test.each([
    ['grows while it gets warm alone', [10, 11, 12, 13, 14, 14, 15, 16], 'met'],
    ['grows by less than is allowed', [14, 14, 14, 14, 14, 14, 15, 15.9], 'met'],
    ['grows after that', [14, 14, 14, 14, 14, 15, 16, 16.1], 'missed'],
    ['shrinks', [30, 30, 30, 30, 30, 10, 9, 8], 'met'],
  ] as const)('that %s', (_, held_mib, verdict) => {
    expect(memoryOf(held_mib).verdict).toBe(verdict);
  });
});

describe('a cold start', () => {
  test.each([
    [100_000, [0.2, 0.25, 0.29], 100, 150, 'met'],
    [100_000, [0.31, 0.35, 0.4], 100, 150, 'missed'],
    [1_000_000, [2, 2.1, 2.4], 100, 150, 'met'],
    [1_000_000, [2.6, 2.7, 2.8], 100, 150, 'missed'],
    [1_000_000, [2, 2.1, 2.4], 201, 150, 'missed'],
    [1_000_000, [2, 2.1, 2.4], 150, 201, 'missed'],
    [5_000, [0.1, 0.1, 0.1], 100, 100, 'not measured'],
  ] as const)('at %d in %j s with %d MB, and %d of all kinds: %s', (size, taken_s, alone, mixed, verdict) => {
    const firsts = taken_s.map((taken, at) => first(taken, at === 1 ? alone : 50));
    const { verdict: judged } = coldStart.judge('disk', size, { firsts, listed_s: [9], mixed_mib: mixed });
    expect(judged).toBe(verdict);
  });
});

test('a cold start is told beside what a process takes that only lists the box', () => {
  const firsts = [{ taken_ms: 400, opened_ms: 250, resident_mib: 80 }];
  const { note } = coldStart.judge('disk', 100_000, { firsts, listed_s: [0.1, 0.2, 0.9], mixed_mib: 90 });
  expect(note).toContain('from openQueue on 0.25 s; a process of node that only lists the box');
  expect(note).toContain('took 0.2 s; 90 MiB');
});

describe('an empty poll', () => {
  test.each([
    ['cheap, without missed mail', [9, 9.5, 10], 0, 0, 0, 1_000_000, 'met'],
    ['dear', [21, 22, 23], 0, 0, 0, 1_000_000, 'missed'],
    ['cheap, but mail that came in a row was missed', [9, 9.5, 10], 1, 0, 0, 1_000_000, 'missed'],
    ['cheap, but mail that came to a rested box was missed', [9, 9.5, 10], 0, 1, 0, 1_000_000, 'missed'],
    ['cheap, but the rested box was listed', [9, 9.5, 10], 0, 0, 2, 1_000_000, 'not measured'],
    ['cheap, after fewer messages', [9, 9.5, 10], 0, 0, 0, 100_000, 'not measured'],
  ] as const)('that is %s', (_, polls_us, missed, rested, listings, drained, verdict) => {
    const polls = {
      first_us: 150_000,
      poll: spreadOf(polls_us),
      slow_us: [900],
      look_us: 1,
      list_us: 2,
      changed_us: [40_000, 190_000, 60_000],
      mail: { late: 3, missed, slowest_ms: 260 },
      rested: { late: 4, missed: rested, listings, slowest_ms: 90 },
    };
    const boxes = { place: 'disk', drained, mails: 200, restedMails: 12 };
    const result = emptyPoll.judge(boxes, polls);
    expect(result.verdict).toBe(verdict);
    expect(result.note).toContain('the slowest was found after 260 ms;');
    expect(result.note).toContain(
      'of 3 bare listings, each 75 ms after the box had changed, the slowest took 190 ms',
    );
  });
});

describe('an idle process', () => {
  test.each([
    [[0.3, 0.4, 0.45], 'met'],
    [[0.3, 0.4, 0.9], 'met, within the noise'],
    [[0.6, 0.7, 0.9], 'missed'],
  ] as const)('that takes %j percent: %s', (percents, verdict) => {
    expect(idleOf(percents).verdict).toBe(verdict);
  });

  test('has the worst told, and what only looks', () => {
    const { figure, note } = idleOf([0.3, 0.9, 0.4]);
    expect(figure).toBe('0.4 %; the worst of 3 times 0.9 %');
    expect(note).toBe(
      'a process of node that only looks at a directory as often as a worker took 0.25 % right before it; over 10 s',
    );
  });
});

describe('a wake-up', () => {
  test.each([
    ['all are fast', many(100, 1.5), 'met'],
    ['the middle is slow', many(100, 2.5), 'missed'],
    ['two of a hundred are very slow', [...many(98, 1.5), 30, 30], 'missed'],
    ['one of two hundred is very slow', [...many(199, 1.5), 30], 'met'],
  ] as const)('where %s', (_, heard_ms, verdict) => {
    expect(wakeUpsOf(heard_ms)[0]?.verdict).toBe(verdict);
  });

  test.each([
    [[100, 269], 'met'],
    [[100, 271], 'missed'],
  ] as const)('of those that no event told of, in %j ms: %s', (deaf_ms, verdict) => {
    expect(wakeUpsOf([1], deaf_ms)[1]?.verdict).toBe(verdict);
  });

  test('tells its steps, the bare calls, and what memory takes that has rested', () => {
    const { note = '', figures = {} } = wakeUpsOf([1.5, 2.5])[0] ?? {};
    expect(note).toContain('in the middle send took 0.25 ms');
    expect(note).toContain('told of it 0.5 ms after send had begun');
    expect(note).toContain('had it 1.5 ms after that (0 of 2 were found by a poll)');
    expect(note).toContain('took p50 0.5 ms, p99 0.5 ms');
    expect(note).toContain('for 800 ms took 5,500 ns to touch, another line of it then 80 ns');
    expect(figures).toMatchObject({ bare_p50_ms: 0.5, page_ns: 5_500 });
  });
});
