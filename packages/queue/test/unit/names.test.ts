import { relative, sep } from 'node:path';
import {
  array,
  assert,
  constantFrom,
  integer,
  nat,
  oneof,
  option,
  property,
  record,
  string,
  tuple,
  type Arbitrary,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Layout } from '../../src/file-store/layout.ts';
import {
  formatDuplicate,
  formatLeased,
  formatLedger,
  formatReady,
  formatReason,
  isForeignMessage,
  looksReady,
  MAX_COUNTER,
  MAX_RUN,
  parseEarlier,
  parseLeased,
  parseLedger,
  parseReady,
  parseReason,
  priorityRank,
  rankIn,
  type Name,
} from '../../src/file-store/names.ts';
import { newNonce } from '../../src/file-store/nonce.ts';
import { formatStamp } from '../../src/file-store/stamp.ts';
import { encodeSegment } from '../../src/file-store/segment.ts';

const id = oneof(
  string({ unit: 'binary', minLength: 1 }),
  string({ unit: 'grapheme', minLength: 50, maxLength: 300 }),
);
const base32 = (length: number): Arbitrary<string> =>
  string({
    unit: constantFrom(...'0123456789abcdefghijklmnopqrstuv'.split('')),
    minLength: length,
    maxLength: length,
  });
const owner = base32(8);
const time = integer({ min: 0, max: 9_999_999_999_999 });
const counter = integer({ min: 0, max: MAX_COUNTER });
const createdAt = oneof(
  integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) }),
  integer({ min: Date.parse('0000-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') }),
);
const name: Arbitrary<Name> = record({
  createdAt_ms: createdAt,
  id: id.map((one) => encodeSegment(one, 'message')),
  type: oneof(
    constantFrom('task_assignment', 'unknown'),
    id.map((one) => encodeSegment(one, 'type')),
  ),
  priority: constantFrom('high', 'medium', 'low'),
  deliveries: counter,
  failures: counter,
  releases: counter,
  run: integer({ min: 0, max: MAX_RUN }),
  readyAt_ms: option(time),
  expiresAt_ms: option(time),
  nonce: base32(6),
});

const SAMPLE: Name = {
  createdAt_ms: Date.UTC(2025, 11, 14, 10, 35, 0, 123),
  id: 'abc',
  type: 'task_assignment',
  priority: 'medium',
  deliveries: 0,
  failures: 0,
  releases: 0,
  run: 0,
  readyAt_ms: null,
  expiresAt_ms: null,
  nonce: 'a1b2c3',
};

describe('the name of a message', () => {
  test('looks as it is documented', () => {
    expect(formatReady(SAMPLE)).toBe('20251214T103500_123Z_abc_task_assignment~p1~a1b2c3.json');
    const full = { deliveries: 3, failures: 2, releases: 1, run: 4, readyAt_ms: 5, expiresAt_ms: 6 };
    expect(formatLeased({ ...SAMPLE, ...full, priority: 'high' }, 'abcd0123')).toBe(
      '20251214T103500_123Z_abc_task_assignment~p0.d3.f2.r1.x4.a5.e6~a1b2c3~abcd0123.json',
    );
  });

  test('says again what went into it', () => {
    assert(
      property(name, owner, (one, by) => {
        expect(parseReady(formatReady(one))).toEqual(one);
        expect(parseLeased(formatLeased(one, by))).toEqual({ name: one, owner: by });
      }),
      { numRuns: 500 },
    );
  });

  test('is never one of another state', () => {
    assert(
      property(name, owner, (one, by) => {
        const [ready, leased] = [formatReady(one), formatLeased(one, by)];
        expect(parseLeased(ready)).toBeNull();
        expect(parseReady(leased)).toBeNull();
        for (const other of [parseReady, parseLeased, parseLedger])
          expect(other(formatReason(ready))).toBeNull();
        for (const file of [ready, leased]) {
          expect(parseLedger(file)).toBeNull();
          expect(parseReason(file)).toBeNull();
        }
        expect(parseReason(formatReason(ready))).toBe(ready);
      }),
    );
  });

  test('sorts by age', () => {
    assert(
      property(tuple(name, name), ([a, b]) => {
        if (a.createdAt_ms === b.createdAt_ms) return;
        expect(formatReady(a) < formatReady(b)).toBe(a.createdAt_ms < b.createdAt_ms);
      }),
    );
  });

  test.each([
    ['a month that does not exist', '99991399T103500_123Z_abc_task_assignment~p1~a1b2c3.json'],
    ['a time past the last year', '99991231T240000_000Z_abc_task_assignment~p1~a1b2c3.json'],
    ['a day that does not exist', '20250230T103500_123Z_abc_task_assignment~p1~a1b2c3.json'],
    ['a counter too large', '20251214T103500_123Z_abc_task_assignment~p1.d1000~a1b2c3.json'],
    ['a counter of nothing', '20251214T103500_123Z_abc_task_assignment~p1.d0~a1b2c3.json'],
    ['no such priority', '20251214T103500_123Z_abc_task_assignment~p3~a1b2c3.json'],
    ['an id in capitals', '20251214T103500_123Z_ABC_task_assignment~p1~a1b2c3.json'],
    ['a path in it', '20251214T103500_123Z_../abc_task_assignment~p1~a1b2c3.json'],
    ['no nonce', '20251214T103500_123Z_abc_task_assignment~p1.json'],
    ['another ending', '20251214T103500_123Z_abc_task_assignment~p1~a1b2c3.json.bak'],
    ['a line break', '20251214T103500_123Z_abc_task_assignment~p1~a1b2c3.json\n'],
  ])('is not ours with %s', (_what, fileName) => {
    expect(parseReady(fileName)).toBeNull();
    expect(parseLeased(fileName.replace('.json', '~abcd0123.json'))).toBeNull();
  });

  test('that somebody made up does no harm', () => {
    const pieces = oneof(
      string({ unit: 'binary', maxLength: 3 }),
      constantFrom('~', '_', '.', '%', '%h', '00', '99', 'p1', '.d9', '.a1', '~a1b2c3', '.json', 'Z', 'T24'),
    );
    const mutated = tuple(name, owner, nat(200), nat(12), array(pieces, { maxLength: 3 })).map(
      ([one, by, at, length, insert]) => {
        const text = at % 2 === 0 ? formatReady(one) : formatLeased(one, by);
        return text.slice(0, at) + insert.join('') + text.slice(at + length);
      },
    );
    assert(
      property(oneof(mutated, string({ unit: 'binary' })), (fileName) => {
        const ready = parseReady(fileName);
        const leased = parseLeased(fileName);
        expect(ready === null || leased === null).toBe(true);
        if (ready !== null) expect(looksReady(fileName)).toBe(true);
        if (ready === null && looksReady(fileName)) expect(isForeignMessage(fileName)).toBe(true);
        // Whatever is taken for ours can go on through every state under a name that is understood again.
        const parsed = ready ?? leased?.name;
        if (parsed !== undefined && parsed !== null) {
          expect(parseReady(formatReady(parsed))).toEqual(parsed);
          expect(parseLeased(formatLeased(parsed, 'abcd0123'))?.name).toEqual(parsed);
        }
        parseLedger(fileName);
        parseReason(fileName);
        isForeignMessage(fileName);
      }),
      { numRuns: 5_000 },
    );
  });
});

test('a stamp is the time in UTC', () => {
  expect(formatStamp(0)).toBe('19700101T000000_000Z');
  expect(formatStamp(Date.parse('0042-01-02T03:04:05.006Z'))).toBe('00420102T030405_006Z');
});

test('a stamp that is no moment is no name of ours, and every other is the moment it says', () => {
  const two = integer({ min: 0, max: 99 }).map((number) => String(number).padStart(2, '0'));
  const four = oneof(integer({ min: 0, max: 9_999 }), constantFrom(1900, 2000, 2023, 2024, 0, 99)).map(
    (number) => String(number).padStart(4, '0'),
  );
  const near = tuple(four, integer({ min: 0, max: 14 }), integer({ min: 0, max: 33 })).map(
    ([year, month, day]) => [year, String(month).padStart(2, '0'), String(day).padStart(2, '0')] as const,
  );
  assert(
    property(near, two, two, two, ([year, month, day], hour, minute, second) => {
      const stamp = `${year}${month}${day}T${hour}${minute}${second}_123Z`;
      const moment = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.123Z`);
      const isMoment = !Number.isNaN(moment) && formatStamp(moment) === stamp;
      const parsed = parseReady(`${stamp}_m_t~p1~aaaaaa.json`);
      expect(parsed?.createdAt_ms ?? null).toBe(isMoment ? moment : null);
    }),
    { numRuns: 2_000 },
  );
});

test('the rank that a look at a ready name tells is that of the whole name', () => {
  assert(
    property(name, (one) => {
      const rank = rankIn(formatReady(one));
      if (rank !== null) expect([rank, one.readyAt_ms]).toEqual([priorityRank(one.priority), null]);
      if (one.readyAt_ms === null && !formatReady(one).split('~').at(-2)?.includes('.a'))
        expect(rank).not.toBeNull();
    }),
  );
});

test('nonces differ, and are what names allow', () => {
  const nonces = new Set(Array.from({ length: 2_000 }, newNonce));
  expect(nonces.size).toBeGreaterThan(1_990);
  for (const nonce of nonces) expect(nonce).toMatch(/^[0-9a-v]{6}$/);
});

test.each(['.', '..', '.hidden', '-rf', 'end.', 'con', 'nul.txt', 'com1%20'])(
  'with %s for an id, which would be no safe name of a journal, it is a name of nobody',
  (segment) => {
    const one = { ...SAMPLE, id: segment };
    expect(parseReady(formatReady(one))).toBeNull();
    expect(parseLeased(formatLeased(one, 'abcd0123'))).toBeNull();
    expect(parseLedger(formatLedger(segment, 0))).toBeNull();
  },
);

test('a name in the ledger says its id, its run, and whether it is a further copy', () => {
  assert(
    property(id, integer({ min: 0, max: MAX_RUN }), (one, run) => {
      const segment = encodeSegment(one, 'message');
      expect(parseLedger(formatLedger(segment, run))).toEqual({ id: segment, run, duplicate: false });
      expect(parseLedger(formatDuplicate(segment))).toEqual({ id: segment, run: 0, duplicate: true });
    }),
  );
});

test.each([
  ['message.json', true],
  ['x.reason.json', true],
  ['.hidden.json', false],
  ['~backup.json', false],
  ['writing.tmp.json', false],
  ['message.json.tmp', false],
  ['message.JSON', false],
  ['message', false],
])("an outside writer's %s is a message: %s", (fileName, expected) => {
  expect(isForeignMessage(fileName)).toBe(expected);
});

test('no path below the root is longer than 180 characters, or leaves its place', () => {
  const layout = new Layout('/root');
  const longest = { ...SAMPLE, deliveries: 999, failures: 999, releases: 999, run: 99 };
  const times = { readyAt_ms: 9_999_999_999_999, expiresAt_ms: 9_999_999_999_999 };
  assert(
    property(id, id, id, (agentId, first, second) => {
      const box = { kind: 'outbox', agentId } as const;
      const of: Name = {
        ...longest,
        ...times,
        id: encodeSegment(first, 'message'),
        type: encodeSegment(second, 'type'),
      };
      const leased = formatLeased({ ...of, readyAt_ms: null }, 'abcd0123'); // While it is leased it waits for nothing.
      const dead = formatReady({ ...of, readyAt_ms: null });
      const task = layout.processedTask(box, first, second);
      const paths = [
        `${layout.box(box)}/${formatReady(of)}`,
        `${layout.leases(box)}/${leased}`,
        `${layout.dead(box)}/${dead}`,
        `${layout.dead(box)}/${formatReason(dead)}`,
        `${task}/${formatLedger(of.id, 99)}`,
        `${task}/${formatDuplicate(of.id)}`,
        `${layout.journal(box, first)}/once~${encodeSegment(second, 'step')}.json`,
        `${layout.journal(box, first)}/failure~d999~${newNonce()}.json`,
        layout.pause(agentId),
        layout.agentRecord(box),
      ];
      for (const path of paths) {
        const below = relative('/root', path).replaceAll(sep, '/');
        expect(`/root/${below}`).toBe(path.replaceAll(sep, '/')); // Nothing in it was `.` or `..`.
        expect(below.length, below).toBeLessThanOrEqual(180);
        expect(below).toMatch(/^[a-zA-Z0-9._~%/-]+$/);
      }
    }),
  );
});

test.each<[string, ReturnType<typeof parseEarlier>]>([
  [
    '20251214T103500_123Z_11111111-1111-4111-8111-111111111111_task_assignment.json',
    {
      createdAt_ms: Date.UTC(2025, 11, 14, 10, 35, 0, 123),
      messageId: '11111111-1111-4111-8111-111111111111',
      messageType: 'task_assignment',
    },
  ],
  [
    `20260109T000000_000Z_a_b_status_update.${'0f'.repeat(16)}.json`,
    { createdAt_ms: Date.UTC(2026, 0, 9), messageId: 'a_b', messageType: 'status_update' },
  ],
  ['20260230T000000_000Z_a_task_complete.json', null],
  ['20260109T000000_000Z_a_code_review.json', null],
  ['20260109T000000_000Z__task_complete.json', null],
  ['20260109T000000_000Z_a_task_complete.json.tmp', null],
  ['job.json', null],
])('the Python writer says in %s of which message it is', (fileName, told) => {
  expect(parseEarlier(fileName)).toEqual(told);
});
