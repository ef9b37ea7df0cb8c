import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Recovered, Store } from '../store.ts';
import type { ConformanceCase, ConformanceContext } from './conformance-case.ts';
import {
  claimAll,
  claimFrom,
  claimOne,
  entriesOf,
  everything,
  idsOf,
  onlyEntry,
  refusedAsLost,
} from './observing.ts';
import { identity, inbox, outgoing, reasonFor } from './samples.ts';

const NONE = { durability: 'none' } as const;
const BOX = inbox('worker');
const ONE = identity('one');

/** Recovery: what a holder leaves behind comes back, and what a living one holds does not. */
export const RECOVERING: readonly ConformanceCase[] = [
  { name: "recover: a closed store's leases come back at once", run: recoversClosed },
  { name: "recover: a living store's leases stay, however long it takes", run: sparesLiving },
  {
    name: 'recover: a holder that shows no sign of life loses its leases, and learns it',
    run: takesFromSleeper,
  },
  {
    name: 'recover: the lease that was chosen before the first claim is the one that counts',
    run: heedsLease,
  },
  { name: 'recover: two that recover at the same time bring each message back once', run: recoversOnce },
  { name: 'recover: only in the box that was asked for', run: recoversInBox },
  {
    name: 'abandon: what nobody here will settle comes back, although its holder lives',
    run: returnsAbandoned,
  },
  { name: 'abandon: it comes back by itself, although nobody recovers it', run: returnsUnasked },
  { name: 'close: aborts what is held, and may be called twice', run: closes },
];

async function returnsAbandoned({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  await store.publish([outgoing(BOX, ONE)], NONE);
  const claimed = await claimOne(store, BOX);
  deepEqual(await store.recover(BOX), []);
  store.abandon(claimed);
  equal((await store.recover(BOX)).length, 1);
  const losses = await store.journal(BOX, 'one').failures();
  deepEqual(
    losses.map(({ kind, delivery, owner }) => [kind, delivery, owner]),
    [['lost', 1, claimed.entry.owner]],
  );
  await refusedAsLost(store.ack(claimed, ONE, { durability: 'none' }));
  equal((await onlyEntry(store, { state: 'ready', box: BOX })).messageId, 'one');
}

async function returnsUnasked({ open, clock }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  await store.publish([outgoing(BOX, ONE)], NONE);
  const claimed = await claimOne(store, BOX);
  store.abandon(claimed);
  let ready = await entriesOf(other, { state: 'ready', box: BOX });
  for (let waited_ms = 0; ready.length === 0 && waited_ms < 60_000; waited_ms += 1_000) {
    await clock.advance(1_000);
    ready = await entriesOf(other, { state: 'ready', box: BOX });
  }
  deepEqual(idsOf(ready), ['one']);
  await refusedAsLost(store.ack(claimed, ONE, NONE));
}

async function recoversClosed({ open }: ConformanceContext): Promise<void> {
  const [gone, store] = [await open({ agentId: 'gone' }), await open()];
  await gone.publish([outgoing(BOX, ONE, { counters: { failures: 1 } })], NONE);
  const { entry: held } = await claimOne(gone, BOX);
  await gone.close();
  const [recovered, ...others] = await store.recover(BOX);
  deepEqual(others, []);
  equal(recovered?.holder.owner, held.owner);
  equal(recovered.holder.state, 'absent');
  const ready = await onlyEntry(store, { state: 'ready', box: BOX });
  deepEqual(recovered.entry, ready);
  deepEqual([ready.messageId, ready.deliveries, ready.failures, ready.releases], ['one', 1, 1, 0]);
  const [loss] = await store.journal(BOX, 'one').failures();
  deepEqual([loss?.kind, loss?.delivery, loss?.owner], ['lost', 1, held.owner]);
  deepEqual(await store.recover(BOX), []);
  equal((await claimOne(store, BOX)).entry.deliveries, 2);
}

async function sparesLiving({ open, clock }: ConformanceContext): Promise<void> {
  const [living, store] = [await open({ lease_ms: 3_000 }), await open()];
  await living.publish([outgoing(BOX, ONE), outgoing(BOX, identity('two'))], NONE);
  const claimed = await claimOne(living, BOX);
  for (let second = 0; second < 30; second += 1) {
    deepEqual(await store.recover(BOX), []);
    deepEqual(await living.recover(BOX), []);
    await clock.advance(1_000);
  }
  ok(!claimed.signal.aborted);
  await living.renew(claimed);
  await living.ack(claimed, identity(claimed.entry.messageId ?? ''), NONE);
}

async function takesFromSleeper({ open, clock }: ConformanceContext): Promise<void> {
  const [sleeper, store] = [await open({ asleep: true, lease_ms: 3_000 }), await open()];
  await sleeper.publish([outgoing(BOX, ONE)], NONE);
  const held = await claimOne(sleeper, BOX);
  deepEqual(await store.recover(BOX), []);
  await clock.advance(1_000);
  deepEqual(await store.recover(BOX), []);
  const [recovered] = await recoverWithin(store, clock, 30_000);
  deepEqual([recovered?.entry.messageId, recovered?.holder.state], ['one', 'dead']);
  const mine = await claimOne(store, BOX);
  equal(mine.entry.deliveries, 2);
  const before = await everything(store);
  await refusedAsLost(sleeper.ack(held, ONE, NONE));
  await refusedAsLost(sleeper.release(held, { readyAt_ms: null, counts: 'failure' }));
  await refusedAsLost(sleeper.quarantine(held, reasonFor(held.entry)));
  await refusedAsLost(sleeper.renew(held));
  deepEqual(await everything(store), before);
  await store.ack(mine, ONE, NONE);
}

async function heedsLease({ open, clock }: ConformanceContext): Promise<void> {
  const [sleeper, store] = [await open({ asleep: true, lease_ms: 3_600_000 }), await open()];
  sleeper.useLease(3_000);
  await sleeper.publish([outgoing(BOX, ONE)], NONE);
  await claimOne(sleeper, BOX);
  sleeper.useLease(3_600_000);
  deepEqual(await store.recover(BOX), []);
  equal((await recoverWithin(store, clock, 30_000)).length, 1);
}

/** Looks once a second, as a consumer does: who looks once only cannot know whether it slept itself. */
async function recoverWithin(
  store: Store,
  clock: ConformanceContext['clock'],
  most_ms: number,
): Promise<readonly Recovered[]> {
  for (let waited_ms = 0; waited_ms < most_ms; waited_ms += 1_000) {
    await clock.advance(1_000);
    const recovered = await store.recover(BOX);
    if (recovered.length > 0) return recovered;
  }
  return [];
}

async function recoversOnce({ open }: ConformanceContext): Promise<void> {
  const [gone, first, second] = [await open(), await open(), await open()];
  const ids = Array.from({ length: 40 }, (_, index) => `m-${index}`);
  await gone.publish(
    ids.map((id) => outgoing(BOX, identity(id))),
    NONE,
  );
  equal((await claimAll(gone.openBox(BOX))).length, ids.length);
  await gone.close();
  const recovered = await Promise.all([first.recover(BOX), second.recover(BOX)]);
  deepEqual(idsOf(recovered.flat()).toSorted(), ids.toSorted());
  deepEqual(idsOf(await claimAll(first.openBox(BOX))).toSorted(), ids.toSorted());
}

async function recoversInBox({ open }: ConformanceContext): Promise<void> {
  const [gone, store] = [await open(), await open()];
  const boxes = [BOX, inbox('other')];
  await gone.publish(
    boxes.map((box) => outgoing(box, ONE)),
    NONE,
  );
  for (const box of boxes) await claimOne(gone, box);
  await gone.close();
  deepEqual(await store.recover(inbox('third')), []);
  equal((await store.recover(BOX)).length, 1);
  equal((await entriesOf(store, { state: 'leased' })).length, 1);
  equal((await store.recover(inbox('other'))).length, 1);
}

async function closes({ open }: ConformanceContext): Promise<void> {
  const [unused, store, other] = [await open(), await open(), await open()];
  await unused.close();
  await store.publish([outgoing(BOX, ONE)], NONE);
  const claimed = await claimFrom(store.openBox(BOX));
  await store.close();
  await store.close();
  ok(claimed.signal.aborted);
  await refusedAsLost(store.renew(claimed));
  await refusedAsLost(store.ack(claimed, ONE, NONE));
  ok(!(await other.isProcessed(BOX, ONE)));
  equal((await other.recover(BOX)).length, 1);
}
