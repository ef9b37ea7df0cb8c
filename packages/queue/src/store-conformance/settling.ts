import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Claimed, Release } from '../claim.ts';
import type { Store } from '../store.ts';
import type { Identity } from '../stored-message.ts';
import type { ConformanceCase, ConformanceContext } from './conformance-case.ts';
import { bytesOf, claimAll, claimOne, entriesOf, everything, onlyEntry, refusedAsLost } from './observing.ts';
import { identity, inbox, outgoing, reasonFor } from './samples.ts';

const NONE = { durability: 'none' } as const;
const BOX = inbox('worker');
const ONE = identity('one');

/** Every verb that ends a lease, or asks for it. */
const VERBS: Readonly<Record<string, (store: Store, claimed: Claimed) => Promise<unknown>>> = {
  ack: (store, claimed) => store.ack(claimed, ONE, NONE),
  'ack as duplicate': (store, claimed) => store.ack(claimed, ONE, { ...NONE, duplicate: true }),
  release: (store, claimed) => store.release(claimed, { readyAt_ms: null, counts: 'failure' }),
  quarantine: (store, claimed) => store.quarantine(claimed, reasonFor(claimed.entry)),
  renew: (store, claimed) => store.renew(claimed),
};

/** Settling: each lease ends once, one way, and a late holder changes nothing. */
export const SETTLING: readonly ConformanceCase[] = [
  { name: 'renew: passes while the lease is held, and changes nothing', run: renewsQuietly },
  { name: 'ack: moves the message and records its id in one', run: acknowledges },
  { name: 'ack: with each durability', run: acknowledgesDurably },
  { name: 'ack: many at once', run: acknowledgesMany },
  { name: 'release: each way counts what it says', run: countsReleases },
  { name: 'release: not before its time', run: releasesForLater },
  ...['ack', 'ack as duplicate', 'release', 'quarantine'].map((settled) => ({
    name: `${settled}: afterwards every verb on the same claim is refused, and changes nothing`,
    run: (context: ConformanceContext) => settlesOnce(context, settled),
  })),
  { name: 'release: the old holder cannot touch the message of the new one', run: fencesOldHolder },
  {
    name: 'ack, release, quarantine: of two at the same time exactly one succeeds',
    run: settlesOnceConcurrently,
  },
];

async function renewsQuietly({ open }: ConformanceContext): Promise<void> {
  const [store, claimed] = await claimedOne(open);
  const before = await everything(store);
  await store.renew(claimed);
  await store.renew(claimed);
  deepEqual(await everything(store), before);
  ok(!claimed.signal.aborted);
  await store.ack(claimed, ONE, NONE);
}

async function acknowledges({ open, clock }: ConformanceContext): Promise<void> {
  const [store, claimed] = await claimedOne(open);
  ok(!(await store.isProcessed(BOX, ONE)));
  await clock.advance(60);
  await store.ack(claimed, ONE, NONE);
  ok(await store.isProcessed(BOX, ONE));
  for (const state of ['ready', 'leased', 'dead'] as const) deepEqual(await entriesOf(store, { state }), []);
  const entry = await onlyEntry(store, { state: 'processed' });
  deepEqual([entry.messageId, entry.box, entry.owner, entry.run], ['one', BOX, null, 0]);
  ok(entry.processedAt_ms !== null && Math.abs(entry.processedAt_ms - clock.now()) < 3_600_000);
  deepEqual(await store.read(entry), bytesOf(claimed));
  equal((await store.openBox(BOX).claim()).kind, 'empty');
}

async function acknowledgesDurably({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  for (const durability of ['none', 'file', 'full'] as const) {
    await store.publish([outgoing(BOX, identity(durability))], NONE);
    await store.ack(await claimOne(store, BOX), identity(durability), { durability });
    ok(await store.isProcessed(BOX, identity(durability)));
  }
}

async function acknowledgesMany({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  const ids = Array.from({ length: 60 }, (_, index) => `m-${index}`);
  await store.publish(
    ids.map((id) => outgoing(BOX, someTask(id))),
    NONE,
  );
  const claims = await claimAll(store.openBox(BOX));
  await Promise.all(
    claims.map((claimed) => store.ack(claimed, someTask(claimed.entry.messageId ?? ''), NONE)),
  );
  equal((await entriesOf(store, { state: 'processed', box: BOX })).length, 60);
}

/** One task for most, and one for each of the rest: the ledger grows in both directions at once. */
function someTask(id: string): Identity {
  return identity(id, id.endsWith('1') ? { taskId: id } : {});
}

async function countsReleases({ open }: ConformanceContext): Promise<void> {
  const [store] = [await open()];
  await store.publish([outgoing(BOX, ONE, { counters: { run: 2 } })], NONE);
  const steps: [Release['counts'], { deliveries: number; failures: number; releases: number }][] = [
    ['undelivered', { deliveries: 0, failures: 0, releases: 0 }],
    ['failure', { deliveries: 1, failures: 1, releases: 0 }],
    ['release', { deliveries: 2, failures: 1, releases: 1 }],
    ['lost', { deliveries: 3, failures: 1, releases: 1 }],
    ['undelivered', { deliveries: 3, failures: 1, releases: 1 }],
    ['failure', { deliveries: 4, failures: 2, releases: 1 }],
  ];
  for (const [counts, expected] of steps) {
    const claimed = await claimOne(store, BOX);
    await store.release(claimed, { readyAt_ms: null, counts });
    const ready = await onlyEntry(store, { state: 'ready' });
    const { deliveries, failures, releases } = ready;
    deepEqual({ deliveries, failures, releases }, expected, counts);
    const { messageId, messageType, createdAt_ms, priority, expiresAt_ms, run, box } = claimed.entry;
    deepEqual(ready, {
      messageId,
      messageType,
      createdAt_ms,
      priority,
      expiresAt_ms,
      run,
      box,
      ...expected,
      state: 'ready',
      readyAt_ms: null,
      processedAt_ms: null,
      owner: null,
      entryId: ready.entryId,
    });
    deepEqual(await store.read(ready), bytesOf(claimed));
  }
}

async function releasesForLater({ open, clock }: ConformanceContext): Promise<void> {
  const [store, claimed] = await claimedOne(open);
  const other = await open();
  const readyAt_ms = clock.now() + 1_000;
  await store.release(claimed, { readyAt_ms: readyAt_ms - 0.5, counts: 'release' }); // Jitter makes fractions.
  equal((await onlyEntry(other, { state: 'ready' })).readyAt_ms, readyAt_ms);
  const readers = [store.openBox(BOX), other.openBox(BOX)];
  for (const reader of readers)
    deepEqual(await reader.claim(), { kind: 'empty', nextReadyAt_ms: readyAt_ms });
  await clock.advance(1_000);
  const results = [await readers[0]?.claim(), await readers[1]?.claim()];
  deepEqual(
    results.map((result) => result?.kind),
    ['claimed', 'empty'],
  );
}

async function settlesOnce({ open }: ConformanceContext, settled: string): Promise<void> {
  const [store, claimed] = await claimedOne(open);
  await VERBS[settled]?.(store, claimed);
  const before = await everything(store);
  for (const verb of Object.values(VERBS)) {
    await refusedAsLost(verb(store, claimed));
    deepEqual(await everything(store), before);
  }
}

async function fencesOldHolder({ open }: ConformanceContext): Promise<void> {
  const [old, claimed] = await claimedOne(open);
  const current = await open();
  await old.release(claimed, { readyAt_ms: null, counts: 'lost' });
  for (const holder of [current, old]) {
    const mine = await claimOne(holder, BOX);
    const before = await everything(holder);
    for (const verb of Object.values(VERBS)) {
      await refusedAsLost(verb(old, claimed));
      deepEqual(await everything(holder), before);
    }
    await holder.renew(mine);
    await holder.release(mine, { readyAt_ms: null, counts: 'release' });
  }
}

async function settlesOnceConcurrently({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  const endings = Object.entries(VERBS).filter(([name]) => name !== 'renew');
  // Each with each, itself as well: who comes second must not take for its own doing what the first one has done.
  const pairs = endings.flatMap((first) => endings.map((second) => [first, second] as const));
  for (const [index, [[first, firstVerb], [second, secondVerb]]] of pairs.entries()) {
    const box = inbox(`worker-${index}`);
    await store.publish([outgoing(box, ONE)], NONE);
    const claimed = await claimOne(store, box);
    const outcomes = await Promise.allSettled([firstVerb(store, claimed), secondVerb(store, claimed)]);
    const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    equal(lost.length, 1, `${first} and ${second}`);
    await refusedAsLost(Promise.reject(lost[0]));
    equal((await everything(store)).length, index + 1);
  }
  for (const dead of await entriesOf(store, { state: 'dead' })) ok((await store.reason(dead)) !== undefined);
}

async function claimedOne(open: ConformanceContext['open']): Promise<[Store, Claimed]> {
  const store = await open();
  await store.publish([outgoing(BOX, ONE)], NONE);
  return [store, await claimOne(store, BOX)];
}
