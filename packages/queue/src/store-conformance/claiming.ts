import { deepEqual, equal, ok } from 'node:assert/strict';
import type { BoxReader, Claimed } from '../claim.ts';
import type { Store } from '../store.ts';
import type { MessageHeader, Outgoing } from '../stored-message.ts';
import type { ConformanceCase, ConformanceContext } from './conformance-case.ts';
import { claimAll, claimFrom, claimOne, entriesOf, idsOf } from './observing.ts';
import { CREATED_MS, identity, inbox, outbox, outgoing } from './samples.ts';

const NONE = { durability: 'none' } as const;
const BOX = inbox('worker');

/** Claiming: one winner, in order, and only what is wanted and due. */
export const CLAIMING: readonly ConformanceCase[] = [
  { name: 'claim: of many claimers over two stores exactly one gets each message', run: hasOneWinner },
  { name: 'claim: high priority first, then oldest first', run: keepsOrder },
  { name: 'claim: a message that came later and matters more is next after a hint', run: heedsHints },
  { name: 'claim: a message is not handed out before it is ready', run: waitsUntilReady },
  { name: 'claim: empty means empty, until something is published', run: findsWhatComesLater },
  { name: 'claim: only from its own box', run: keepsToItsBox },
  { name: 'claim: what `accepts` refuses stays for others', run: heedsAccepts },
  { name: 'claim: `accepts` sees the whole name of a message type that the user knows', run: tellsLongTypes },
  { name: 'claim: what `wants` refuses stays for others, untouched', run: heedsWants },
  { name: 'claim: deliveries grow with every claim, whoever claims', run: countsDeliveries },
  { name: 'claim: the owner of a lease is known to other stores', run: namesHolder },
];

async function hasOneWinner({ open }: ConformanceContext): Promise<void> {
  const stores = [await open(), await open()];
  const ids = Array.from({ length: 120 }, (_, index) => `m-${index}`);
  await stores[0]?.publish(
    ids.map((id) => outgoing(BOX, identity(id))),
    NONE,
  );
  // Several readers of one store compete as well: a worker beside a low-level receiver does that.
  const readers = stores.flatMap((store) =>
    Array.from({ length: 4 }, () => ({ store, reader: store.openBox(BOX) })),
  );
  const claims = await Promise.all(readers.map(async ({ store, reader }) => claimsOf(store, reader)));
  deepEqual(idsOf(claims.flat().map(({ claimed }) => claimed)).toSorted(), ids.toSorted());
  await Promise.all(
    claims
      .flat()
      .map(({ store, claimed }) => store.ack(claimed, identity(claimed.entry.messageId ?? ''), NONE)),
  );
}

async function claimsOf(store: Store, reader: BoxReader): Promise<{ store: Store; claimed: Claimed }[]> {
  return (await claimAll(reader)).map((claimed) => ({ store, claimed }));
}

async function keepsOrder({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  const message = (id: string, priority: Outgoing['identity']['priority'], age_ms: number): Outgoing =>
    outgoing(BOX, identity(id, { priority, createdAt_ms: CREATED_MS - age_ms }));
  await store.publish(
    [
      message('low-oldest', 'low', 9_000),
      message('medium-new', 'medium', 1),
      message('high-new', 'high', 0),
      message('medium-old', 'medium', 8_000),
      message('high-old', 'high', 2),
      message('low-new', 'low', 0),
    ],
    NONE,
  );
  deepEqual(idsOf(await claimAll(store.openBox(BOX))), [
    'high-old',
    'high-new',
    'medium-old',
    'medium-new',
    'low-oldest',
    'low-new',
  ]);
}

async function heedsHints({ open, clock }: ConformanceContext): Promise<void> {
  const store = await open();
  await store.publish(
    ['1', '2', '3'].map((id) => outgoing(BOX, identity(id))),
    NONE,
  );
  const reader = store.openBox(BOX);
  await claimFrom(reader);
  await store.publish([outgoing(BOX, identity('urgent', { priority: 'high' }))], NONE);
  await clock.advance(1_000); // An engine may put off looking again for a moment.
  reader.refresh();
  equal((await claimFrom(reader)).entry.messageId, 'urgent');
}

async function waitsUntilReady({ open, clock }: ConformanceContext): Promise<void> {
  const [writer, store] = [await open(), await open()];
  const now = clock.now();
  await writer.publish(
    [
      outgoing(BOX, identity('later'), { readyAt_ms: now + 999.5 }), // A clock may give fractions.
      outgoing(BOX, identity('much-later', { priority: 'high' }), { readyAt_ms: now + 1_500 }),
      outgoing(BOX, identity('due'), { readyAt_ms: now }),
    ],
    NONE,
  );
  const reader = store.openBox(BOX);
  deepEqual(idsOf(await claimAll(reader)), ['due']);
  deepEqual(await reader.claim(), { kind: 'empty', nextReadyAt_ms: now + 1_000 });
  await clock.advance(999);
  equal((await reader.claim()).kind, 'empty');
  await clock.advance(1);
  deepEqual(idsOf(await claimAll(reader)), ['later']);
  deepEqual(await reader.claim(), { kind: 'empty', nextReadyAt_ms: now + 1_500 });
  await clock.advance(500);
  deepEqual(idsOf(await claimAll(reader)), ['much-later']);
  deepEqual(await reader.claim(), { kind: 'empty', nextReadyAt_ms: null });
}

async function findsWhatComesLater({ open }: ConformanceContext): Promise<void> {
  const [writer, store] = [await open(), await open()];
  await store.registerAgent(BOX.agentId);
  const reader = store.openBox(BOX);
  deepEqual(await reader.claim(), { kind: 'empty', nextReadyAt_ms: null });
  for (const id of ['1', '2']) {
    await writer.publish([outgoing(BOX, identity(id))], NONE);
    equal((await claimFrom(reader)).entry.messageId, id);
    deepEqual(await reader.claim(), { kind: 'empty', nextReadyAt_ms: null });
  }
}

async function keepsToItsBox({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  const boxes = [inbox('a'), outbox('a'), inbox('b'), outbox('b')];
  await store.publish(
    boxes.map((box) => outgoing(box, identity(`${box.kind}-${box.agentId}`))),
    NONE,
  );
  for (const box of boxes) {
    deepEqual(idsOf(await claimAll(store.openBox(box))), [`${box.kind}-${box.agentId}`]);
  }
}

async function heedsAccepts({ open }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  const types = ['status_update', 'task_complete', 'status_update', 'task_complete'];
  await store.publish(
    types.map((messageType, index) => outgoing(BOX, identity(`${index}`, { messageType }))),
    NONE,
  );
  const seen: MessageHeader[] = [];
  const accepts = (header: MessageHeader): boolean => {
    seen.push(header);
    return header.messageType === 'task_complete';
  };
  deepEqual(idsOf(await claimAll(store.openBox(BOX, { accepts }))).toSorted(), ['1', '3']);
  deepEqual(new Set(seen.map(({ messageId }) => messageId)), new Set(['0', '1', '2', '3']));
  for (const { box, deliveries } of seen) deepEqual([box, deliveries], [BOX, 0]);
  deepEqual(idsOf(await claimAll(other.openBox(BOX))).toSorted(), ['0', '2']);
}

async function tellsLongTypes({ open }: ConformanceContext): Promise<void> {
  const [writer, long] = [await open(), `security_review_${'of_everything_'.repeat(3)}again`];
  await writer.publish([outgoing(BOX, identity('1', { messageType: long }))], NONE);
  const store = await open({ messageTypes: ['code_review', long] });
  const claimed = await claimFrom(store.openBox(BOX, { accepts: ({ messageType }) => messageType === long }));
  equal(claimed.entry.messageType, long);
  equal(await store.admit(claimed, identity('1', { messageType: long })), 'admitted');
}

async function heedsWants({ open }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  await store.publish(
    ['a1', 'b1', 'a2', 'b2'].map((id) => outgoing(BOX, identity(id))),
    NONE,
  );
  const before = await entriesOf(store, { state: 'ready' });
  const reader = store.openBox(BOX, { wants: namesB });
  deepEqual(idsOf(await claimAll(reader)).toSorted(), ['b1', 'b2']);
  deepEqual(
    await entriesOf(store, { state: 'ready' }),
    before.filter(({ messageId }) => messageId?.startsWith('a')),
  );
  await other.publish([outgoing(BOX, identity('b3'))], NONE);
  deepEqual(idsOf(await claimAll(reader)), ['b3']);
  deepEqual(idsOf(await claimAll(other.openBox(BOX))).toSorted(), ['a1', 'a2']);
}

function namesB(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes).includes('"b');
}

async function countsDeliveries({ open }: ConformanceContext): Promise<void> {
  const stores = [await open(), await open()];
  await stores[0]?.publish([outgoing(BOX, identity('1'))], NONE);
  const names = new Set<string>();
  for (let delivery = 1; delivery <= 6; delivery += 1) {
    const store = stores[delivery % 2];
    ok(store !== undefined);
    const claimed = await claimOne(store, BOX);
    equal(claimed.entry.deliveries, delivery);
    names.add(claimed.entry.entryId);
    await store.release(claimed, { readyAt_ms: null, counts: 'release' });
  }
  equal(names.size, 6);
}

async function namesHolder({ open }: ConformanceContext): Promise<void> {
  const [store, other] = [await open({ agentId: 'holder' }), await open()];
  await store.publish([outgoing(BOX, identity('1'))], NONE);
  const { owner } = (await claimOne(store, BOX)).entry;
  const [leased] = await entriesOf(other, { state: 'leased' });
  ok(owner !== null && leased?.owner === owner);
  const holder = await other.holder(owner);
  deepEqual([holder.owner, holder.state, holder.agentId], [owner, 'alive', 'holder']);
  await store.close();
  equal((await other.holder(owner)).state, 'absent');
}
