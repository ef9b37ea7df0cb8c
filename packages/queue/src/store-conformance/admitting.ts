import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Claimed } from '../claim.ts';
import type { Store } from '../store.ts';
import type { ConformanceCase, ConformanceContext } from './conformance-case.ts';
import { claimFrom, claimOne, entriesOf } from './observing.ts';
import { HOSTILE_IDS, identity, inbox, outgoing } from './samples.ts';

const NONE = { durability: 'none' } as const;
const BOX = inbox('worker');
const SAME = identity('same');
const AT_ONCE = { readyAt_ms: null, counts: 'undelivered' } as const;

/** Admission: each id is handled by one holder, and once. */
export const ADMITTING: readonly ConformanceCase[] = [
  { name: 'admit: a message that is new and alone', run: admitsNew },
  { name: 'admit: an id that the ledger has is a duplicate', run: tellsDuplicates },
  { name: 'admit: while another copy is leased, by whomever, it is contended', run: tellsContention },
  {
    name: 'admit: of two copies in flight the second is a duplicate once the first is done',
    run: ordersCopies,
  },
  { name: 'admit: two copies claimed and admitted at the same time are never both admitted', run: neverBoth },
  { name: 'admit: the same id in another box is another message', run: separatesBoxes },
  {
    name: 'admit: a header that is not what the content says is misnamed, and can be mended',
    run: tellsMisnamed,
  },
  { name: 'admit: a forced run goes past the ledger, once', run: admitsRuns },
  { name: 'admit: hostile ids are told apart', run: tellsHostileIds },
];

async function admitsNew({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  await store.publish([outgoing(BOX, SAME), outgoing(BOX, identity('other'))], NONE);
  const reader = store.openBox(BOX);
  const claims = [await claimFrom(reader), await claimFrom(reader)];
  for (const claimed of claims) {
    equal(await store.admit(claimed, identity(claimed.entry.messageId ?? '')), 'admitted');
  }
}

async function tellsDuplicates({ open }: ConformanceContext): Promise<void> {
  const [first, second] = [await open(), await open()];
  await first.publish([outgoing(BOX, SAME)], NONE);
  await first.ack(await claimOne(first, BOX), SAME, NONE);
  for (const store of [first, second]) {
    await store.publish([outgoing(BOX, SAME)], NONE);
    const claimed = await claimOne(store, BOX);
    equal(await store.admit(claimed, SAME), 'duplicate');
    await store.ack(claimed, SAME, { ...NONE, duplicate: true });
  }
  // Finished, and nothing of it deleted.
  equal((await entriesOf(first, { state: 'processed' })).length, 3);
  ok(await second.isProcessed(BOX, SAME));
}

async function tellsContention({ open }: ConformanceContext): Promise<void> {
  for (const [index, stores] of [[await open(), await open()], [await open()]].entries()) {
    const box = inbox(`worker-${index}`);
    const [a, b] = await twoCopies(stores[0], stores[1] ?? stores[0], box);
    // Of its own claims a store may know which came first, and let that one go on.
    if (a.store !== b.store) equal(await a.store.admit(a.claimed, SAME), 'contended');
    equal(await b.store.admit(b.claimed, SAME), 'contended');
    await a.store.release(a.claimed, AT_ONCE);
    equal(await b.store.admit(b.claimed, SAME), 'admitted');
    const again = await claimOne(a.store, box);
    equal(again.entry.deliveries, 1);
    equal(await a.store.admit(again, SAME), 'contended');
  }
}

async function ordersCopies({ open }: ConformanceContext): Promise<void> {
  const stores: [Store, Store] = [await open(), await open()];
  for (const [first, second, name] of [
    [0, 1, 'a'],
    [1, 0, 'b'],
  ] as const) {
    // Claimed before, and claimed after the first was admitted: both orders in which copies meet.
    const both = await twoCopies(stores[first], stores[second], inbox(`before-${name}`));
    await both[0].store.ack(both[0].claimed, SAME, NONE);
    equal(await both[1].store.admit(both[1].claimed, SAME), 'duplicate');

    const box = inbox(`after-${name}`);
    await stores[first].publish([outgoing(box, SAME), outgoing(box, SAME)], NONE);
    const claimed = await claimOne(stores[first], box);
    equal(await stores[first].admit(claimed, SAME), 'admitted');
    const late = await claimOne(stores[second], box);
    equal(await stores[second].admit(late, SAME), 'contended');
    await stores[first].ack(claimed, SAME, NONE);
    equal(await stores[second].admit(late, SAME), 'duplicate');
  }
}

async function neverBoth({ open }: ConformanceContext): Promise<void> {
  const stores: [Store, Store] = [await open(), await open()];
  for (let round = 0; round < 25; round += 1) {
    const box = inbox(`worker-${round}`);
    await stores[0].publish([outgoing(box, SAME), outgoing(box, SAME)], NONE);
    const answers = await Promise.all(
      stores.map(async (store) => {
        const claimed = await claimOne(store, box);
        const admission = await store.admit(claimed, SAME);
        if (admission === 'admitted') await store.ack(claimed, SAME, NONE);
        return admission;
      }),
    );
    ok(answers.filter((answer) => answer === 'admitted').length <= 1, answers.join(' and '));
    ok(!answers.includes('duplicate') || answers.includes('admitted'), answers.join(' and '));
  }
}

async function separatesBoxes({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  await store.publish(
    ['a', 'b'].map((agent) => outgoing(inbox(agent), SAME)),
    NONE,
  );
  for (const agent of ['a', 'b']) {
    const claimed = await claimOne(store, inbox(agent));
    equal(await store.admit(claimed, SAME), 'admitted');
    await store.ack(claimed, SAME, NONE);
  }
  ok(!(await store.isProcessed(inbox('c'), SAME)));
  ok(!(await store.isProcessed({ kind: 'outbox', agentId: 'a' }, SAME)));
}

async function tellsMisnamed({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  const actual = identity('actual', { messageType: 'status_update', priority: 'high', createdAt_ms: 1_000 });
  for (const header of [identity('claims-to-be', { messageType: 'status_update' }), identity('actual')]) {
    const box = inbox(header.messageId);
    await store.publish([outgoing(box, header)], NONE);
    const claimed = await claimOne(store, box);
    equal(await store.admit(claimed, actual), 'misnamed');
    await store.release(claimed, { ...AT_ONCE, identity: actual });
    const mended = await claimOne(store, box);
    const { messageId, messageType, priority, createdAt_ms, deliveries } = mended.entry;
    deepEqual(
      [messageId, messageType, priority, createdAt_ms, deliveries],
      ['actual', 'status_update', 'high', 1_000, 1],
    );
    equal(await store.admit(mended, actual), 'admitted');
  }
}

async function admitsRuns({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  await store.publish([outgoing(BOX, SAME)], NONE);
  await store.ack(await claimOne(store, BOX), SAME, NONE);
  await store.publish([outgoing(BOX, SAME, { counters: { run: 1 } })], NONE);
  const forced = await claimOne(store, BOX);
  equal(forced.entry.run, 1);
  equal(await store.admit(forced, SAME), 'admitted');
  deepEqual([await store.isProcessed(BOX, SAME), await store.isProcessed(BOX, SAME, 1)], [true, false]);
  await store.ack(forced, SAME, NONE);
  ok(await store.isProcessed(BOX, SAME, 1));
  ok(!(await store.isProcessed(BOX, SAME, 2)));
  await store.publish([outgoing(BOX, SAME, { counters: { run: 1 } })], NONE);
  equal(await store.admit(await claimOne(store, BOX), SAME), 'duplicate');
  const runs = (await entriesOf(store, { state: 'processed' })).map(({ run }) => run);
  deepEqual(new Set(runs), new Set([0, 1]));
  equal(runs.length, 2);
}

async function tellsHostileIds({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  const reader = store.openBox(BOX);
  const done: string[] = [];
  for (const messageId of HOSTILE_IDS) {
    const of = identity(messageId, { workflowId: messageId, taskId: messageId });
    ok(!(await store.isProcessed(BOX, of)), `${messageId} counts as processed before it was`);
    await store.publish([outgoing(BOX, of)], NONE);
    const claimed = await claimFrom(reader);
    ok(claimed.entry.messageId === messageId || claimed.entry.messageId === null);
    equal(await store.admit(claimed, of), 'admitted', messageId);
    await store.ack(claimed, of, NONE);
    done.push(messageId);
  }
  for (const id of done) ok(await store.isProcessed(BOX, identity(id, { workflowId: id, taskId: id })), id);
}

interface Copy {
  readonly store: Store;
  readonly claimed: Claimed;
}

/** Two copies of one message, both leased. */
async function twoCopies(
  first: Store | undefined,
  second: Store | undefined,
  box = BOX,
): Promise<[Copy, Copy]> {
  ok(first !== undefined && second !== undefined);
  await first.publish([outgoing(box, SAME), outgoing(box, SAME)], NONE);
  const a = { store: first, claimed: await claimOne(first, box) };
  return [a, { store: second, claimed: await claimOne(second, box) }];
}
