import { nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';
import { alteredFileSystem, FaultyFileSystem, ManualClock } from '@tapps-agents/fs-atomic/testing';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  openQueue,
  type Box,
  type BoxReader,
  type Claimed,
  type Identity,
  type Queue,
} from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { task } from './support/messages.ts';
import { place } from './support/place.ts';
import { Turns } from './support/turns.ts';

failOnLeaks();

const BOX: Box = { kind: 'inbox', agentId: 'coder' };
const MESSAGE = task({ message_id: 'twin', created_at: '2026-01-01T00:00:00.000Z' });
const IDENTITY: Identity = {
  messageId: 'twin',
  messageType: 'task_assignment',
  workflowId: 'w',
  taskId: 't',
  createdAt_ms: Date.parse(MESSAGE.created_at),
  priority: 'medium',
};
const NONE = { durability: 'none' } as const;

async function open(
  root: string,
  fileSystem: FileSystem = new FaultyFileSystem(),
  clock = new ManualClock(),
): Promise<Queue> {
  return openQueue({ root, agent: 'coder', retention: false, fileSystem, clock });
}

async function claim(reader: BoxReader): Promise<Claimed> {
  const result = await reader.claim();
  if (result.kind === 'empty') throw new Error('Nothing was there to claim.');
  return result.claimed;
}

/** Two queues, each of which holds one of two copies. */
async function twins(
  root: string,
): Promise<{ a: Queue; b: Queue; first: Claimed; second: Claimed } & AsyncDisposable> {
  const a = await open(root);
  const b = await open(root);
  await a.registerAgent('coder');
  await a.sendMany([MESSAGE, MESSAGE]);
  const first = await claim(a.store.openBox(BOX));
  const second = await claim(b.store.openBox(BOX));
  return {
    a,
    b,
    first,
    second,
    async [Symbol.asyncDispose]() {
      await a.close();
      await b.close();
    },
  };
}

test.each(['first', 'second'] as const)(
  'both claimed before either is admitted, the %s asks first: neither goes on',
  async (who) => {
    await using here = await place();
    await using both = await twins(here.root);
    const { a, b, first, second } = both;
    const order =
      who === 'first'
        ? ([
            [a, first],
            [b, second],
          ] as const)
        : ([
            [b, second],
            [a, first],
          ] as const);
    for (const [queue, claimed] of order)
      expect(await queue.store.admit(claimed, IDENTITY)).toBe('contended');
    for (const [queue, claimed] of order)
      await queue.store.release(claimed, { readyAt_ms: null, counts: 'undelivered' });
    const again = await claim(a.store.openBox(BOX));
    expect(again.entry).toMatchObject({ deliveries: 1, releases: 0, failures: 0 });
    expect(await a.store.admit(again, IDENTITY)).toBe('admitted');
  },
);

test.each(['first', 'second'] as const)(
  'the %s hands back: the other is admitted, and what comes then is a duplicate',
  async (who) => {
    await using here = await place();
    await using both = await twins(here.root);
    const { a, b } = both;
    const [back, on] =
      who === 'first'
        ? [
            { store: a.store, claimed: both.first },
            { store: b.store, claimed: both.second },
          ]
        : [
            { store: b.store, claimed: both.second },
            { store: a.store, claimed: both.first },
          ];
    await back.store.release(back.claimed, { readyAt_ms: null, counts: 'undelivered' });
    expect(await on.store.admit(on.claimed, IDENTITY)).toBe('admitted');
    const late = await claim(back.store.openBox(BOX));
    expect(await back.store.admit(late, IDENTITY)).toBe('contended');
    await on.store.ack(on.claimed, IDENTITY, NONE);
    expect(await back.store.admit(late, IDENTITY)).toBe('duplicate');
    await back.store.ack(late, IDENTITY, { ...NONE, duplicate: true });
    expect((await a.operations.inspect()).boxes[0]).toMatchObject({ ready: 0, leased: 0 });
  },
);

test.each(['any%h', 'w'])(
  'a copy that another finishes while the ledger is looked at, at the look into %s, is a duplicate',
  async (workflow) => {
    await using here = await place();
    const a = await open(here.root);
    await using _a = a;
    let finishing: (() => Promise<void>) | undefined;
    const slow = alteredFileSystem(nodeFileSystem(), {
      status: async (path) => {
        const isLook = path.replaceAll('\\', '/').includes(`/processed/inbox/coder/${workflow}`);
        if (isLook && finishing !== undefined) {
          const finish = finishing;
          finishing = undefined;
          await finish();
        }
        return await nodeFileSystem().status(path);
      },
    });
    await using b = await open(here.root, slow);
    await a.registerAgent('coder');
    await a.sendMany([MESSAGE, MESSAGE]);
    const late = await claim(b.store.openBox(BOX));
    finishing = async () => {
      // What takes a claimed copy over is its process's death; here it is enough that another copy is finished.
      const other = await claim(a.store.openBox(BOX));
      await a.store.ack(other, IDENTITY, NONE);
    };
    expect(await b.store.admit(late, IDENTITY)).toBe('duplicate');
    await b.store.ack(late, IDENTITY, { ...NONE, duplicate: true });
  },
);

test('a lease under another name does not hide its message: the name is mended before it is admitted', async () => {
  await using here = await place();
  await using both = await twins(here.root);
  const { a, first } = both;
  expect(await a.store.admit(first, { ...IDENTITY, messageId: 'somebody-else' })).toBe('misnamed');
  expect(await a.store.admit(first, { ...IDENTITY, messageType: 'status_update' })).toBe('misnamed');
});

test('however the file system calls of three consumers interleave, one message in three copies is handled once', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const systems = [0, 1, 2].map(() => new FaultyFileSystem());
  const queues: Queue[] = [];
  for (const system of systems) queues.push(await open(here.root, system, clock));
  await queues[0]!.registerAgent('coder');
  let messages = 0;
  try {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(1_000)), async (choices) => {
        const random = (): number => choices.next().value;
        messages += 1;
        // A task for every ten, as names are looked for in its directory of the ledger, which takes longer the more it has.
        const task_id = `t-${Math.ceil(messages / 10)}`;
        const message = { ...MESSAGE, message_id: `triplet-${messages}`, task_id };
        await queues[0]!.sendMany([message, message, message], NONE);
        const identity = { ...IDENTITY, messageId: message.message_id, taskId: task_id };
        expect(await handledBy(queues, systems, clock, random, identity)).toBe(1);
      }),
      { numRuns: 250 },
    );
  } finally {
    for (const queue of queues) await queue.close();
  }
});

/** Lets each queue consume, one file system call of one of them at a time, until the three copies are finished. */
async function handledBy(
  queues: readonly Queue[],
  systems: readonly FaultyFileSystem[],
  clock: ManualClock,
  random: () => number,
  identity: Identity,
): Promise<number> {
  const turns = new Turns(random);
  let handled = 0;
  let finished = 0;
  const consume = async ({ store }: Queue): Promise<void> => {
    const reader = store.openBox(BOX);
    for (let result = await reader.claim(); result.kind === 'claimed'; result = await reader.claim()) {
      const { claimed } = result;
      const admission = await store.admit(claimed, identity);
      if (admission === 'contended') {
        await store.release(claimed, { readyAt_ms: clock.now() + 1 + random(), counts: 'undelivered' });
        continue;
      }
      if (admission === 'admitted') handled += 1;
      await store.ack(claimed, identity, { ...NONE, duplicate: admission === 'duplicate' });
      finished += 1;
    }
  };
  for (const system of systems) system.onCall = () => turns.next();
  try {
    for (let round = 0; ; round += 1) {
      if (finished === 3) break; // Counted by the consumers.
      expect(round, 'rounds until all copies are finished').toBeLessThan(300);
      await turns.run(queues.map((queue) => () => consume(queue)));
      clock.freeze(50);
    }
  } finally {
    for (const system of systems) system.onCall = undefined;
  }
  return handled;
}
