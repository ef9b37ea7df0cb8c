import { deepEqual, equal, fail, ok } from 'node:assert/strict';
import type { Store } from '../store.ts';
import type { Box, Entry, Identity } from '../stored-message.ts';
import type { ConformanceCase, ConformanceContext } from './conformance-case.ts';
import { bytesOf, claimOne, entriesOf, everything, onlyEntry, revive } from './observing.ts';
import { HOSTILE_IDS, identity, inbox, outbox, outgoing, reasonFor } from './samples.ts';

const NONE = { durability: 'none' } as const;
const BOX = inbox('worker');

/** Dead letters: nothing of them is lost, and they come back once. */
export const DEAD_LETTERS: readonly ConformanceCase[] = [
  { name: 'quarantine: keeps the bytes, whatever they are, beside the reason', run: keepsAll },
  { name: 'revive: brings a dead message back once, and its reason goes', run: revivesOnce },
  { name: 'revive: of two at the same time one succeeds', run: revivesOneOfTwo },
  { name: 'revive: keeps the counters or resets them', run: keepsCounters },
  { name: 'revive: many at once, some of which are gone', run: revivesMany },
  { name: 'revive: into another box', run: revivesElsewhere },
  { name: 'revive: to be handled again although the ledger has it', run: revivesForRun },
  { name: 'revive: which operation did it can be told, and is never another', run: tellsWhichOperation },
  { name: 'quarantine: hostile ids die and come back', run: keepsHostileIds },
];

async function keepsAll({ open }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => 255 - byte);
  const sent = identity('1', { priority: 'high' });
  await store.publish([outgoing(BOX, sent, { bytes, counters: { failures: 2, run: 1 } })], NONE);
  const claimed = await claimOne(store, BOX);
  const reason = reasonFor(claimed.entry);
  const entryId = await store.quarantine(claimed, reason);
  const dead = await onlyEntry(other, { state: 'dead', box: BOX });
  deepEqual([dead.entryId, dead.messageId, dead.priority, dead.owner], [entryId, '1', 'high', null]);
  deepEqual([dead.deliveries, dead.failures, dead.run], [1, 2, 1]);
  deepEqual(await other.reason(dead), reason);
  deepEqual([...((await other.read(dead)) ?? [])], [...bytes]);
  for (const state of ['ready', 'leased', 'processed'] as const)
    deepEqual(await entriesOf(other, { state }), []);
  ok(!(await other.isProcessed(BOX, sent)));
  ok(other.describeLocation(dead).length > 0);
}

async function revivesOnce({ open }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  const dead = await deadOne(store, BOX, identity('1'));
  ok(await revive(other, dead, { resetCounters: true }));
  const after = await everything(store);
  equal(await revive(store, dead, { resetCounters: true }), false);
  equal(await store.reason(dead), undefined);
  equal(await store.read(dead), undefined);
  deepEqual(await everything(store), after);
  deepEqual(await entriesOf(store, { state: 'dead' }), []);
  const claimed = await claimOne(store, BOX);
  equal(new TextDecoder().decode(bytesOf(claimed)), '{"message_id":"1"}');
  equal(await store.admit(claimed, identity('1')), 'admitted');
  ok((await store.quarantine(claimed, reasonFor(claimed.entry))) !== dead.entryId);
  equal(await revive(store, dead, { resetCounters: true }), false);
}

async function revivesOneOfTwo({ open }: ConformanceContext): Promise<void> {
  const stores = [await open(), await open()];
  const dead = await deadOne(stores[0], BOX, identity('1'));
  const revived = await Promise.all(stores.map((store) => revive(store, dead, { resetCounters: false })));
  equal(revived.filter(Boolean).length, 1);
  await onlyEntry(stores[0] ?? (await open()), { state: 'ready' });
}

async function revivesMany({ open }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  const dead: Entry[] = [];
  for (const id of ['1', '2', '3', '4']) dead.push(await deadOne(store, inbox(id), identity(id)));
  ok(await revive(other, dead[1] ?? fail(), { resetCounters: true }));
  const revivals = dead.map((entry) => ({ entry, ...(entry.messageId === '3' && { box: BOX, run: 4 }) }));
  deepEqual(
    await store.reviveMany(revivals, { resetCounters: true }),
    [true, false, true, true].map((value) => ({ status: 'fulfilled', value })),
  );
  deepEqual(await store.reviveMany([], { resetCounters: true }), []);
  const ready = await entriesOf(store, { state: 'ready' });
  deepEqual(
    ready
      .map(({ messageId, box, run }) => [messageId, box.agentId, run])
      .toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
    [
      ['1', '1', 0],
      ['2', '2', 0],
      ['3', 'worker', 4],
      ['4', '4', 0],
    ],
  );
  for (const { messageId, box } of ready)
    equal((await store.journal(box, messageId ?? '').deaths()).length, 1);
}

async function tellsWhichOperation({ open }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  const RESET = { resetCounters: true };
  const entry = await deadOne(store, BOX, identity('1'));
  const [mine, theirs] = [
    { entry, operation: 'mine' },
    { entry, operation: 'theirs' },
  ];
  ok(!(await store.traceOfRevival(mine, RESET)));
  ok(await revive(store, entry, { ...RESET, operation: 'mine' }));
  equal(await revive(other, entry, { ...RESET, operation: 'theirs' }), false);
  const carriedOut = async (): Promise<readonly boolean[]> =>
    await Promise.all(
      [mine, theirs].map(async (revival) => (await other.traceOfRevival(revival, RESET)) !== null),
    );
  deepEqual(await carriedOut(), [true, false]);
  const claimed = await claimOne(store, BOX);
  equal(await store.admit(claimed, identity('1')), 'admitted');
  await store.ack(claimed, identity('1'), NONE);
  deepEqual(await carriedOut(), [true, false]);
  const replaced = await deadOne(store, BOX, identity('2'));
  deepEqual(await store.journal(BOX, '2').superseded(), []);
  ok(await store.supersede(replaced, 'mine'));
  equal((await store.journal(BOX, '2').superseded()).length, 1);
  ok(await store.traceOfRevival({ entry: replaced, operation: 'mine' }, RESET));
  ok(!(await store.traceOfRevival({ entry: replaced, operation: 'theirs' }, RESET)));
}

async function keepsCounters({ open, clock }: ConformanceContext): Promise<void> {
  const store = await open();
  for (const resetCounters of [true, false]) {
    const counters = { deliveries: 6, failures: 4, releases: 2, run: 3 };
    const box = inbox(`reset-${resetCounters}`);
    const readyAt_ms = clock.now();
    const dead = await deadOne(store, box, identity('1'), { counters, readyAt_ms });
    ok(await revive(store, dead, { resetCounters }));
    const { deliveries, failures, releases, run } = await onlyEntry(store, { state: 'ready', box });
    deepEqual([deliveries, failures, releases, run], resetCounters ? [7, 0, 7, 3] : [7, 4, 2, 3]);
  }
}

async function revivesElsewhere({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  for (const box of [inbox('other'), outbox('worker')]) {
    const dead = await deadOne(store, BOX, identity('1'));
    const operation = { box, operation: `to ${box.kind}` };
    ok(await revive(store, dead, { resetCounters: true, ...operation }));
    // What is known of it goes along with it.
    deepEqual(
      (await store.journal(box, '1').deaths()).map(({ origin }) => origin.agent_id),
      ['worker'],
    );
    equal(await store.journal(box, '1').replays(), 1);
    const claimed = await claimOne(store, box);
    ok(await store.traceOfRevival({ entry: dead, ...operation }, { resetCounters: true }));
    equal(await store.admit(claimed, identity('1')), 'admitted');
  }
  deepEqual(await entriesOf(store, { state: 'ready' }), []);
}

async function revivesForRun({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  const of = identity('1');
  await store.publish([outgoing(BOX, of)], NONE);
  await store.ack(await claimOne(store, BOX), of, NONE);
  const dead = await deadOne(store, BOX, of);
  ok(await revive(store, dead, { resetCounters: true, run: 2 }));
  const claimed = await claimOne(store, BOX);
  equal(claimed.entry.run, 2);
  equal(await store.admit(claimed, of), 'admitted');
  await store.ack(claimed, of, NONE);
  ok(await store.isProcessed(BOX, of, 2));
}

async function keepsHostileIds({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  for (const id of HOSTILE_IDS) {
    const box = inbox(id);
    const dead = await deadOne(store, box, identity(id));
    deepEqual(dead.box, box);
    equal((await store.reason(dead))?.message.message_id, dead.messageId);
    ok(await revive(store, dead, { resetCounters: true }));
    equal(await store.admit(await claimOne(store, box), identity(id)), 'admitted');
  }
}

async function deadOne(
  store: Store | undefined,
  box: Box,
  of: Identity,
  rest: Parameters<typeof outgoing>[2] = {},
): Promise<Entry> {
  ok(store !== undefined);
  await store.publish([outgoing(box, of, rest)], NONE);
  const claimed = await claimOne(store, box);
  await store.quarantine(claimed, reasonFor(claimed.entry));
  return await onlyEntry(store, { state: 'dead', box });
}
