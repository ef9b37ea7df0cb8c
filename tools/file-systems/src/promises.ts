import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openOwnerSession, OwnerObserver, replaceFile } from '@tapps-agents/fs-atomic';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { promise, type Check, type CheckPlace } from './check.ts';
import { withChildren, type Child } from './child.ts';
import { fileSystemWith } from './planted-faults.ts';
import type { RivalSettings } from './rival-jobs.ts';
import { sharedMutex, type Turns } from './shared-mutex.ts';
import { runStoreSuite } from './store-suite.ts';
import { runTraffic } from './traffic.ts';

const rivals = ['a', 'b', 'c'] as const;
/** How often each of them takes the mutex. */
const turnsEach = 20;

/** What the queue builds on, and the queue itself: what must hold everywhere. */
export const promises: readonly Check[] = [
  {
    name: 'store suite',
    meaning: 'Every case of the conformance suite that each engine of the queue must pass.',
    async run({ directory, fault }) {
      const { passed, failed } = await runStoreSuite(directory, fileSystemWith(fault));
      const names = failed.map(({ name, error }) => `${name} (${String(error)})`);
      promise(failed.length === 0, `${failed.length} cases fail: ${names.join('; ')}`);
      return `${passed} of ${passed}`;
    },
  },
  {
    name: 'one taker',
    meaning: 'Of three processes that rename one file, one gets it.',
    async run(place) {
      mkdirSync(join(place.directory, 'box'));
      mkdirSync(join(place.directory, 'taken'));
      for (let index = 0; index < 200; index += 1)
        writeFileSync(join(place.directory, 'box', `${index}`), '');
      return await eachOnce('move', 200, place);
    },
  },
  {
    name: 'one creator',
    meaning: 'Of three processes that create one name, one does.',
    async run(place) {
      mkdirSync(join(place.directory, 'taken'));
      return await eachOnce('create', 200, place);
    },
  },
  {
    name: 'mutex',
    meaning: 'Three processes share a mutex: never two inside, each generation used by one.',
    async run(place) {
      return sharedMutex(await race<Turns>('mutex', turnsEach, place), turnsEach);
    },
  },
  {
    name: 'replaced files',
    meaning:
      'Who reads a file while it is replaced sees the old content or the new, or none where it is absent for a moment; no message is ever replaced.',
    run: readsWhole,
  },
  {
    name: 'listings',
    meaning: 'A listing shows every name that stands still, once, however much changes around them.',
    run: listsAll,
  },
  {
    name: 'heartbeats',
    meaning: 'A living owner is never taken for a silent one, and a silent one is found out.',
    run: keepsAlive,
  },
  {
    name: 'end to end',
    meaning:
      'Two processes send 200 tasks, two handle them and one of those is killed: all are finished, and only what it held is handled again.',
    run: runTraffic,
  },
];

async function race<T>(job: RivalSettings['job'], count: number, place: CheckPlace): Promise<T[]> {
  const settings = rivals.map((name) => ({ job, name, count, ...place }));
  return await withChildren(settings, async (children) => {
    for (const child of children) child.tell('go');
    return await Promise.all(children.map((child) => child.next<T>()));
  });
}

async function eachOnce(job: 'move' | 'create', count: number, place: CheckPlace): Promise<string> {
  const won = (await race<number[]>(job, count, place)).flat();
  promise(won.length === count, `${count} names were taken ${won.length} times.`);
  promise(new Set(won).size === count, 'A name was taken twice, another never.');
  return 'holds';
}

async function readsWhole({ directory, fault }: CheckPlace): Promise<string> {
  const size = 65_536;
  const fileSystem = fileSystemWith(fault);
  const replace = (letter: string): Promise<unknown> =>
    replaceFile(join(directory, 'replaced'), Buffer.alloc(size, letter), {
      temporaryDirectory: join(directory, 'tmp'),
      durability: 'none',
      fileSystem,
    });
  await replace('a');
  return await withChildren([{ job: 'read', directory, name: 'reader', count: size }], async ([reader]) => {
    for (let round = 0; round < 300; round += 1) await replace('abc'[round % 3] ?? '');
    reader?.tell('stop');
    const seen = await reader?.next<{ reads: number; torn: number; absent: number }>();
    const { reads = 0, torn = 0, absent = 0 } = seen ?? {};
    promise(reads > 0 && torn === 0, `${torn} of ${reads} reads were not whole.`);
    return absent === 0 ? 'whole' : 'whole, or absent for a moment';
  });
}

async function listsAll({ directory, fault }: CheckPlace): Promise<string> {
  const box = join(directory, 'box');
  mkdirSync(box);
  const standing = Array.from({ length: 1_000 }, (_, index) => `standing-${index}`);
  for (const name of standing) writeFileSync(join(box, name), '');
  const fileSystem = fileSystemWith(fault);
  return await withChildren([{ job: 'churn', directory, name: 'churn', count: 200 }], async ([rival]) => {
    for (let scan = 0; scan < 40; scan += 1) {
      const seen: string[] = [];
      for await (const batch of fileSystem.list(box)) {
        for (const { name, kind } of batch)
          if (name.startsWith('standing') && kind === 'file') seen.push(name);
      }
      const missed = standing.length - new Set(seen).size;
      promise(missed === 0, `A listing missed ${missed} names that stood still.`);
      promise(seen.length === standing.length, `A listing repeated ${-missed} names that stood still.`);
    }
    await stop(rival);
    return 'holds';
  });
}

async function stop(child: Child | undefined): Promise<void> {
  child?.tell('stop');
  await child?.next();
  await child?.end();
}

async function keepsAlive({ directory, fault }: CheckPlace): Promise<string> {
  const fileSystem = fileSystemWith(fault);
  const [owners, clock, ownersClock] = [join(directory, 'owners'), new ManualClock(), new ManualClock()];
  const lost: unknown[] = [];
  const session = await openOwnerSession({
    directory: owners,
    lease_ms: 1_000,
    fileSystem,
    clock: ownersClock,
    onError: (error) => lost.push(error),
  });
  const observer = new OwnerObserver({
    directory: owners,
    endedDirectory: join(directory, 'ended'),
    fileSystem,
    clock,
  });
  for (let passed_ms = 0; passed_ms < 20_000; passed_ms += 100) {
    await ownersClock.advance(100);
    await clock.advance(100);
    const state = await observer.observe(session.owner);
    promise(
      state === 'alive' && lost.length === 0,
      `A living owner was found ${state}: ${lost.map(String).join()}`,
    );
  }
  let state = '';
  for (let passed_ms = 0; passed_ms < 5_000; passed_ms += 100) {
    await clock.advance(100);
    state = await observer.observe(session.owner);
  }
  promise(state === 'expired', `A silent owner was found ${state}.`);
  await session.close();
  return 'holds';
}
