import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { QueueError } from '../errors.ts';
import type { Claimed } from '../claim.ts';
import type { Store } from '../store.ts';
import type { ConformanceCase, ConformanceContext } from './conformance-case.ts';
import { bytesOf, claimFrom, claimOne, entriesOf, onlyEntry, refusedAsLost } from './observing.ts';
import { identity, inbox, outgoing } from './samples.ts';

const NONE = { durability: 'none' } as const;
const BOX = inbox('worker');
const ONE = identity('one');
const LEASE_MS = 60_000;

/** Detaching: a lease that outlives the process that took it, until its deadline. */
export const DETACHING: readonly ConformanceCase[] = [
  { name: 'detach: what was detached outlives its store, and is settled through any other', run: outlives },
  { name: 'detach: every way to settle it works from elsewhere, once', run: settlesElsewhere },
  { name: 'detach: it comes back after its time, and not before', run: comesBack },
  { name: 'detach: called again, its time begins anew', run: beginsAnew },
  { name: 'detach: what was not detached goes back when its store closes', run: goesBack },
  { name: 'detach: only what was claimed as detachable', run: refusesShared },
  { name: 'detach: a copy of what is detached is contended, and a duplicate once it is done', run: isSeen },
  { name: 'attach: what is none, and what a process holds, is refused', run: refusesOthers },
];

async function take(store: Store): Promise<Claimed> {
  return await claimFrom(store.openBox(BOX, {}, { detachable: true }));
}

async function detached(context: ConformanceContext, store: Store): Promise<string> {
  const gone = await context.open({ agentId: 'gone' });
  await store.publish([outgoing(BOX, ONE)], NONE);
  const claimed = await take(gone);
  equal(await gone.admit(claimed, ONE), 'admitted');
  await gone.detach(claimed, LEASE_MS);
  await gone.close();
  return claimed.entry.entryId;
}

async function outlives(context: ConformanceContext): Promise<void> {
  const store = await context.open();
  const entryId = await detached(context, store);
  deepEqual(await store.recover(BOX), []);
  const { owner } = await onlyEntry(store, { state: 'leased', box: BOX });
  const holder = await store.holder(owner ?? '');
  deepEqual([holder.state, holder.detached, holder.agentId, holder.pid], ['alive', true, 'gone', null]);
  const claimed = await store.attach(entryId);
  deepEqual([claimed.entry.entryId, claimed.entry.deliveries, claimed.entry.owner], [entryId, 1, owner]);
  ok(bytesOf(claimed).length > 0);
  await store.renew(claimed);
  await store.ack(claimed, ONE, NONE);
  ok(await store.isProcessed(BOX, ONE));
  await refusedAsLost(store.attach(entryId));
  equal((await store.holder(owner ?? '')).state, 'absent');
}

async function settlesElsewhere(context: ConformanceContext): Promise<void> {
  const store = await context.open();
  const entryId = await detached(context, store);
  const [first, second] = [await store.attach(entryId), await (await context.open()).attach(entryId)];
  await store.release(first, { readyAt_ms: null, counts: 'failure' });
  const ready = await onlyEntry(store, { state: 'ready', box: BOX });
  deepEqual([ready.deliveries, ready.failures], [1, 1]);
  await refusedAsLost(store.ack(second, ONE, NONE));
  await refusedAsLost(store.detach(second, LEASE_MS));
  deepEqual(await entriesOf(store, { state: 'leased', box: BOX }), []);
  equal((await entriesOf(store, { state: 'ready', box: BOX })).length, 1);
}

async function comesBack(context: ConformanceContext): Promise<void> {
  const store = await context.open();
  const entryId = await detached(context, store);
  deepEqual(await store.recover(BOX), []);
  for (let passed_ms = 0; passed_ms < LEASE_MS - 1_000; passed_ms += 10_000) {
    await context.clock.advance(Math.min(10_000, LEASE_MS - 1_000 - passed_ms));
    deepEqual(await store.recover(BOX), []);
  }
  let recovered = 0;
  for (let looks = 0; looks < 10; looks += 1) {
    await context.clock.advance(10_000);
    for (const { entry, holder } of await store.recover(BOX)) {
      deepEqual([entry.messageId, entry.deliveries, holder.detached], ['one', 1, true]);
      recovered += 1;
    }
  }
  equal(recovered, 1);
  await refusedAsLost(store.attach(entryId));
  equal((await claimOne(store, BOX)).entry.deliveries, 2);
}

async function beginsAnew(context: ConformanceContext): Promise<void> {
  const store = await context.open();
  const entryId = await detached(context, store);
  deepEqual(await store.recover(BOX), []);
  for (let times = 0; times < 4; times += 1) {
    for (let looks = 0; looks < 4; looks += 1) {
      await context.clock.advance(10_000);
      deepEqual(await store.recover(BOX), []);
    }
    await store.detach(await store.attach(entryId), LEASE_MS);
  }
  await store.ack(await store.attach(entryId), ONE, NONE);
}

async function goesBack({ open }: ConformanceContext): Promise<void> {
  const [gone, store] = [await open(), await open()];
  await store.publish([outgoing(BOX, ONE)], NONE);
  const claimed = await take(gone);
  await gone.close();
  equal((await store.recover(BOX)).length, 1);
  await refusedAsLost(gone.ack(claimed, ONE, NONE));
  await store.ack(await claimOne(store, BOX), ONE, NONE);
}

async function refusesShared({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  await store.publish([outgoing(BOX, ONE)], NONE);
  const claimed = await claimOne(store, BOX);
  await refusedAsMisuse(store.detach(claimed, LEASE_MS));
  await store.ack(claimed, ONE, NONE);
}

async function isSeen(context: ConformanceContext): Promise<void> {
  const store = await context.open();
  const entryId = await detached(context, store);
  await store.publish([outgoing(BOX, ONE)], NONE);
  const copy = await claimOne(store, BOX);
  equal(await store.admit(copy, ONE), 'contended');
  await store.ack(await store.attach(entryId), ONE, NONE);
  equal(await store.admit(copy, ONE), 'duplicate');
}

async function refusesOthers({ open }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  await store.publish([outgoing(BOX, ONE), outgoing(BOX, identity('two'))], NONE);
  const shared = await claimOne(store, BOX);
  const own = await take(store);
  await refusedAsMisuse(other.attach(shared.entry.entryId));
  await refusedAsMisuse(other.attach(own.entry.entryId));
  for (const entryId of ['', 'one', '../one', `${own.entry.entryId}/..`]) {
    await refusedAsMisuse(other.attach(entryId));
  }
}

async function refusedAsMisuse(verb: Promise<unknown>): Promise<void> {
  await rejects(verb, (error) => error instanceof QueueError && error.code === 'ERR_INVALID_OPTION');
}
