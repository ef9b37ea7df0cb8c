import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import type { RetentionPolicy } from '../retention-report.ts';
import type { Store } from '../store.ts';
import type { ConformanceCase, ConformanceContext } from './conformance-case.ts';
import { claimOne, entriesOf, everything, idsOf } from './observing.ts';
import { identity, inbox, outgoing, reasonFor } from './samples.ts';

const NONE = { durability: 'none' } as const;
const BOX = inbox('worker');
const HOUR_MS = 3_600_000;
/** Hours go by, and nobody is to lose a lease: with the usual one, heartbeats would be nearly all that a case does. */
const PATIENT = { lease_ms: 10 * HOUR_MS } as const;
const KEEP_ALL: RetentionPolicy = {
  processedMaxAge_ms: null,
  processedMaxCount: null,
  deadMaxAge_ms: null,
  temporaryMaxAge_ms: HOUR_MS,
};

/** Retention: what is finished is kept as long as the policy says, and nothing else is touched. */
export const RETAINING: readonly ConformanceCase[] = [
  { name: 'retain: by the time since it was processed, however old the message is', run: removesByAge },
  { name: 'retain: by count, the newest stay', run: removesByCount },
  { name: 'retain: dead letters only when asked', run: removesDead },
  {
    name: 'retain: messages that are ready or leased stay, with what is remembered of them',
    run: sparesPending,
  },
  { name: 'retain: a dry run says what would go, and changes nothing', run: previews },
  { name: 'retain: several at the same time remove everything once', run: removesOnce },
  { name: 'retain: can be called off', run: heedsSignal },
  { name: 'diagnose: looks at everything, tells the worst first, and changes no message', run: diagnoses },
];

async function diagnoses({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  await process(store, 'finished');
  await store.publish([outgoing(BOX, identity('ready'))], NONE);
  const before = await everything(store);
  for (const mend of [false, true]) {
    const { files, findings } = await store.diagnose({ mend });
    ok(files > 0);
    const order = ['error', 'warning', 'info'];
    const severities = findings.map(({ severity }) => order.indexOf(severity));
    deepEqual(
      severities,
      severities.toSorted((a, b) => a - b),
    );
    for (const { count, evidence, mended } of findings) ok(count >= evidence.length && mended <= count);
    deepEqual(await everything(store), before);
  }
}

async function removesByAge({ open, clock }: ConformanceContext): Promise<void> {
  const store = await open(PATIENT);
  const keep = { ...KEEP_ALL, processedMaxAge_ms: 2 * HOUR_MS };
  await process(store, 'first');
  await clock.advance(HOUR_MS);
  await process(store, 'second');
  equal((await store.retain(keep, { dryRun: false }))?.processed, 0);
  await clock.advance(1.5 * HOUR_MS);
  const report = await store.retain(keep, { dryRun: false });
  equal(report?.processed, 1);
  ok(report.bytes > 0);
  deepEqual([await isKept(store, 'first'), await isKept(store, 'second')], [false, true]);
  await clock.advance(HOUR_MS);
  equal((await store.retain(keep, { dryRun: false }))?.processed, 1);
  deepEqual(await entriesOf(store, { state: 'processed' }), []);
  await process(store, 'third'); // Whatever was tidied away with it is made again.
  ok(await isKept(store, 'third'));
}

async function removesByCount({ open, clock }: ConformanceContext): Promise<void> {
  const store = await open(PATIENT);
  const ids = ['5', '3', '1', '4', '2'];
  for (const id of ids) {
    await process(store, id);
    await clock.advance(10_000);
  }
  const report = await store.retain({ ...KEEP_ALL, processedMaxCount: 2 }, { dryRun: false });
  equal(report?.processed, 3);
  const left = await entriesOf(store, { state: 'processed' });
  deepEqual(idsOf(left).toSorted(), ['2', '4']);
  equal((await store.retain({ ...KEEP_ALL, processedMaxCount: 0 }, { dryRun: false }))?.processed, 2);
}

async function removesDead({ open, clock }: ConformanceContext): Promise<void> {
  const store = await open(PATIENT);
  await store.publish([outgoing(BOX, identity('1'))], NONE);
  const claimed = await claimOne(store, BOX);
  await store.quarantine(claimed, reasonFor(claimed.entry));
  const all = { ...KEEP_ALL, processedMaxAge_ms: 0, processedMaxCount: 0 };
  await clock.advance(30 * HOUR_MS);
  equal((await store.retain(all, { dryRun: false }))?.dead, 0);
  equal((await store.retain({ ...all, deadMaxAge_ms: 60 * HOUR_MS }, { dryRun: false }))?.dead, 0);
  const [dead] = await entriesOf(store, { state: 'dead' });
  ok(dead !== undefined && (await store.reason(dead)) !== undefined);
  equal((await store.retain({ ...all, deadMaxAge_ms: 7 * HOUR_MS }, { dryRun: false }))?.dead, 1);
  deepEqual([await entriesOf(store, { state: 'dead' }), await store.reason(dead)], [[], undefined]);
}

async function sparesPending({ open, clock }: ConformanceContext): Promise<void> {
  const store = await open(PATIENT);
  await store.publish([outgoing(BOX, identity('leased'))], NONE);
  const claimed = await claimOne(store, BOX);
  await process(store, 'done');
  await store.publish([outgoing(BOX, identity('ready'))], NONE);
  for (const id of ['ready', 'leased', 'done']) await store.journal(BOX, id).recordResult('step', id);
  await clock.advance(30 * HOUR_MS);
  await store.retain(
    { processedMaxAge_ms: HOUR_MS, processedMaxCount: 0, deadMaxAge_ms: 0, temporaryMaxAge_ms: HOUR_MS },
    { dryRun: false },
  );
  const results = await Promise.all(
    ['ready', 'leased', 'done'].map((id) => store.journal(BOX, id).result('step')),
  );
  deepEqual(results, [{ value: 'ready' }, { value: 'leased' }, undefined]);
  await store.ack(claimed, identity('leased'), NONE);
  equal((await claimOne(store, BOX)).entry.messageId, 'ready');
}

async function previews({ open, clock }: ConformanceContext): Promise<void> {
  const store = await open(PATIENT);
  for (const id of ['1', '2', '3']) await process(store, id);
  await store.publish([outgoing(BOX, identity('bad'))], NONE);
  const claimed = await claimOne(store, BOX);
  await store.quarantine(claimed, reasonFor(claimed.entry));
  await clock.advance(30 * HOUR_MS);
  const policy = { ...KEEP_ALL, processedMaxAge_ms: HOUR_MS, deadMaxAge_ms: HOUR_MS };
  const before = await everything(store);
  const preview = await store.retain(policy, { dryRun: true });
  deepEqual([preview?.processed, preview?.dead], [3, 1]);
  deepEqual(await everything(store), before);
  const report = await store.retain(policy, { dryRun: false });
  deepEqual([report?.processed, report?.dead, report?.bytes], [3, 1, preview?.bytes]);
  deepEqual(await everything(store), []);
}

async function removesOnce({ open, clock }: ConformanceContext): Promise<void> {
  const stores = [await open(PATIENT), await open(PATIENT), await open(PATIENT)];
  const [first] = stores;
  ok(first !== undefined);
  for (let index = 0; index < 30; index += 1) await process(first, `m-${index}`);
  await clock.advance(HOUR_MS);
  const reports = await Promise.all(
    stores.map((store) => store.retain({ ...KEEP_ALL, processedMaxAge_ms: 1_000 }, { dryRun: false })),
  );
  // Who finds another one at it has nothing to report.
  equal(
    reports.reduce((sum, report) => sum + (report?.processed ?? 0), 0),
    30,
  );
  deepEqual(await entriesOf(first, { state: 'processed' }), []);
}

async function heedsSignal({ open, clock }: ConformanceContext): Promise<void> {
  const store = await open(PATIENT);
  await process(store, '1');
  await clock.advance(HOUR_MS);
  const policy = { ...KEEP_ALL, processedMaxAge_ms: 1_000 };
  await rejects(store.retain(policy, { dryRun: false, signal: AbortSignal.abort() }));
  ok(await isKept(store, '1'));
  equal((await store.retain(policy, { dryRun: false }))?.processed, 1);
}

async function process(store: Store, id: string): Promise<void> {
  const of = identity(id, { taskId: `task-${id}` });
  await store.publish([outgoing(BOX, of)], NONE);
  const reader = store.openBox(BOX, { accepts: ({ messageId }) => messageId === id });
  const result = await reader.claim();
  ok(result.kind === 'claimed');
  await store.ack(result.claimed, of, NONE);
}

async function isKept(store: Store, id: string): Promise<boolean> {
  return await store.isProcessed(BOX, identity(id, { taskId: `task-${id}` }));
}
