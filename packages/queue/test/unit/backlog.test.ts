import { join } from 'node:path';
import type { DirectoryEntry } from '@tapps-agents/fs-atomic';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  double,
  integer,
  nat,
  option,
  record,
  uniqueArray,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Breather } from '../../src/breather.ts';
import { Backlog, type Candidate } from '../../src/file-store/backlog.ts';
import { formatReady, parseReady, type Name } from '../../src/file-store/names.ts';
import type { Priority } from '../../src/stored-message.ts';
import { fakeDisk } from './fake-disk.ts';

const BOX = { kind: 'inbox', agentId: 'a' } as const;
const NOW = Date.UTC(2026, 0, 1);
const RANK: Record<Priority, number> = { high: 0, medium: 1, low: 2 };

const candidates = uniqueArray(
  record({
    id: nat(20),
    age_ms: nat(5),
    priority: constantFrom('high', 'medium', 'low'),
    delay_ms: option(integer({ min: -1_000, max: 1_000 })),
    number: nat(1_000),
  }),
  { selector: ({ number }) => number, maxLength: 30 },
).map((all) =>
  all.map(({ id, age_ms, priority, delay_ms, number }) =>
    candidate({
      id: `m${id}`,
      createdAt_ms: NOW - age_ms,
      priority,
      readyAt_ms: delay_ms === null ? null : NOW + delay_ms,
      nonce: number.toString(16).padStart(6, '0'),
    }),
  ),
);

function candidate(some: Partial<Name>): Candidate {
  const name: Name = {
    createdAt_ms: NOW,
    id: 'm',
    type: 't',
    priority: 'medium',
    deliveries: 0,
    failures: 0,
    releases: 0,
    run: 0,
    readyAt_ms: null,
    expiresAt_ms: null,
    nonce: 'aaaaaa',
    ...some,
  };
  return { fileName: formatReady(name), name };
}

/** A backlog of a box in which these files are, after one listing. */
async function listed(
  files: readonly (string | DirectoryEntry)[],
  skip: ReadonlySet<string> = new Set(),
  accepts: ((name: Name) => boolean) | null = null,
  limit?: number,
): Promise<{ backlog: Backlog; clock: ManualClock; seen: Set<string> }> {
  const clock = new ManualClock({ now_ms: NOW });
  const entries = files.map((file): DirectoryEntry =>
    typeof file === 'string' ? { name: file, kind: 'file' } : file,
  );
  const list = async function* (path: string): AsyncGenerator<readonly DirectoryEntry[]> {
    expect(path).toBe(join('/messages', 'inbox', 'a'));
    for (let index = 0; index < entries.length; index += 7) yield entries.slice(index, index + 7);
  };
  const backlog = new Backlog(fakeDisk(clock, { list }), BOX, limit);
  return { backlog, clock, seen: await backlog.fill(skip, accepts, new Breather(clock, 5)) };
}

function expectedOrder(all: readonly Candidate[]): string[] {
  return all.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).map(({ fileName }) => fileName);
}

function namesOf(files: readonly Candidate[]): string[] {
  return files.map(({ fileName }) => fileName);
}

function key({ name, fileName }: Candidate): string {
  return `${RANK[name.priority]} ${fileName}`;
}

function takeAll(backlog: Backlog, spread = 0): string[] {
  const taken: string[] = [];
  for (let next = backlog.take(spread); next !== undefined; next = backlog.take(spread))
    taken.push(next.fileName);
  return taken;
}

const isDue = ({ name }: Candidate): boolean => (name.readyAt_ms ?? 0) <= NOW;

/** Takes what one listing after the other hands out, for as long as each says that there is more. */
async function takeAllOf(
  files: readonly string[],
  limit: number,
): Promise<{ taken: string[]; foreign: string[] }> {
  const [taken, foreign]: [string[], string[]] = [[], []];
  let isCut = true;
  while (isCut) {
    const gone = new Set([...taken, ...foreign]);
    const { backlog } = await listed(
      files.filter((file) => !gone.has(file)),
      new Set(),
      () => true,
      limit,
    );
    expect(backlog.size).toBeLessThanOrEqual(limit);
    taken.push(...takeAll(backlog));
    for (let next = backlog.takeForeign(); next !== undefined; next = backlog.takeForeign())
      foreign.push(next);
    isCut = backlog.isCut;
  }
  return { taken, foreign };
}

describe('a backlog', () => {
  test('of more than it remembers hands out the same in the same order, over several listings', async () => {
    await assert(
      asyncProperty(candidates, nat(12), integer({ min: 1, max: 5 }), async (all, outside, limit) => {
        const files = all.filter(isDue);
        const foreign = Array.from(
          { length: outside },
          (_, index) => `outside-${String.fromCharCode(97 + index)}.json`,
        );
        const found = await takeAllOf([...foreign, ...namesOf(files)], limit);
        expect(found).toEqual({ taken: expectedOrder(files), foreign });
      }),
    );
  });

  test('is the same whether its names are asked about or not', async () => {
    await assert(
      asyncProperty(candidates, integer({ min: 1, max: 5 }), async (all, limit) => {
        const names = ['.hidden~p1.json', 'junk~p0.d1~zzzzzz.json', 'outside.json', ...namesOf(all)];
        const found = [];
        for (const accepts of [null, () => true]) {
          const { backlog } = await listed(names, new Set(), accepts, limit);
          const { size, isCut, nextReadyAt_ms } = backlog;
          const foreign = [backlog.takeForeign(), backlog.takeForeign()];
          found.push({ size, isCut, nextReadyAt_ms, foreign, taken: takeAll(backlog) });
        }
        expect(found[0]).toEqual(found[1]);
      }),
    );
  });

  test('of more delayed messages than it remembers knows the next one, and says when it needs a listing', async () => {
    const files = [5, 3, 9, 1].map((minute) =>
      candidate({ id: `m${minute}`, readyAt_ms: NOW + minute * 60_000 }),
    );
    const { backlog, clock } = await listed(namesOf(files), new Set(), () => true, 1);
    expect(backlog.nextReadyAt_ms).toBe(NOW + 60_000);
    expect(backlog.isCut).toBe(false);
    clock.freeze(600_000);
    expect(takeAll(backlog)).toEqual([files[3]?.fileName]);
    expect(backlog.isCut).toBe(true);
  });

  test('hands out high priority first, then oldest first, what is due; then what becomes due', async () => {
    await assert(
      asyncProperty(candidates, async (files) => {
        const { backlog, clock } = await listed(namesOf(files));
        expect(backlog.size).toBe(files.filter(isDue).length);
        expect(takeAll(backlog)).toEqual(expectedOrder(files.filter(isDue)));
        const delayed = files.filter((one) => !isDue(one));
        const next_ms = Math.min(...delayed.map(({ name }) => name.readyAt_ms ?? 0));
        expect(backlog.nextReadyAt_ms).toBe(delayed.length === 0 ? null : next_ms);
        clock.freeze(1_000);
        expect(takeAll(backlog)).toEqual(expectedOrder(delayed));
        expect(backlog.nextReadyAt_ms).toBeNull();
      }),
    );
  });

  test('keeps its order when more is added', async () => {
    await assert(
      asyncProperty(candidates, candidates, async (files, added) => {
        const { backlog, clock } = await listed(namesOf(files));
        for (const one of added) backlog.add(one);
        expect(takeAll(backlog)).toEqual(expectedOrder([...files, ...added].filter(isDue)));
        for (const one of added) backlog.add(one);
        expect(takeAll(backlog)).toEqual(expectedOrder(added.filter(isDue)));
        clock.freeze(1_000);
        const late = [...files, ...added, ...added].filter((one) => !isDue(one));
        expect(takeAll(backlog)).toEqual(expectedOrder(late));
      }),
    );
  });

  test('spreads rivals over equals only, and hands out everything once all the same', async () => {
    await assert(
      asyncProperty(
        candidates,
        array(double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        async (files, spreads) => {
          const { backlog } = await listed(namesOf(files));
          const left = new Set(expectedOrder(files.filter(isDue)));
          for (const spread of spreads) {
            const taken = backlog.take(spread);
            const [best] = left;
            expect(parseReady(taken?.fileName ?? '')?.priority).toBe(parseReady(best ?? '')?.priority);
            if (taken !== undefined) expect(left.delete(taken.fileName)).toBe(true);
          }
          expect(takeAll(backlog)).toEqual([...left]);
        },
      ),
    );
  });

  test('takes no notice of what is no message, and keeps the rest of the foreign names apart', async () => {
    const ours = candidate({}).fileName;
    const { backlog } = await listed([
      'b.json',
      'a.json',
      ours,
      '.hidden.json',
      'x.tmp.json',
      'notes.txt',
      { name: 'directory.json', kind: 'directory' },
      { name: 'link.json', kind: 'link' },
      { name: 'pipe.json', kind: 'other' },
    ]);
    expect(takeAll(backlog)).toEqual([ours]);
    expect([backlog.takeForeign(), backlog.takeForeign(), backlog.takeForeign()]).toEqual([
      'a.json',
      'b.json',
      undefined,
    ]);
  });

  test('gives what only looks like a name of ours to be named, when it is its turn', async () => {
    const ours = candidate({ createdAt_ms: NOW - 1 }).fileName;
    const noMoment = '20250230T000000_000Z_m_t~p1~aaaaaa.json';
    const { backlog } = await listed([ours, noMoment]);
    expect([backlog.takeForeign(), backlog.size]).toEqual([undefined, 2]);
    expect(takeAll(backlog)).toEqual([ours]);
    expect([backlog.takeForeign(), backlog.size, backlog.isCut]).toEqual([noMoment, 0, false]);
  });

  test('leaves out what is to be skipped or not accepted, and says what of the skipped is still there', async () => {
    const [low, high, skipped] = (['low', 'high', 'medium'] as const).map((priority) =>
      candidate({ priority }),
    );
    const files = [low, high, skipped].flatMap((one) => (one === undefined ? [] : [one.fileName]));
    const skip = new Set([files[2] ?? '', 'gone']);
    const { backlog, seen } = await listed(files, skip, ({ priority }) => priority === 'low');
    expect(seen).toEqual(new Set([files[2]]));
    expect(takeAll(backlog)).toEqual([files[0]]);
  });
});

test('45,000 messages that fall due together become ready in one go', async () => {
  // One by one, each would move all those before it: over a minute, which this test's limit does not allow.
  const files = Array.from(
    { length: 45_000 },
    (_, index) =>
      candidate({ id: `m${index}`, readyAt_ms: NOW + 5_000, nonce: index.toString(16).padStart(6, '0') })
        .fileName,
  );
  const { backlog, clock } = await listed(files);
  expect(backlog.take(0)).toBeUndefined();
  await clock.advance(5_000);
  expect(backlog.take(0)).toBeDefined();
  expect(backlog.size).toBe(files.length - 1);
}, 15_000);
