import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import type { Store } from '../store.ts';
import type { ConformanceCase, ConformanceContext } from './conformance-case.ts';
import { bytesOf, claimAll, claimFrom, claimOne, entriesOf, onlyEntry } from './observing.ts';
import { CREATED_MS, identity, inbox, outbox, outgoing, textBytes } from './samples.ts';

const NONE = { durability: 'none' } as const;

/** Publishing: what goes in comes out, whole, with its header. */
export const PUBLISHING: readonly ConformanceCase[] = [
  { name: 'publish: bytes come out as they went in, whatever they are', run: keepsBytes },
  { name: 'publish: every store sees it at once, with its whole header', run: keepsHeader },
  { name: 'publish: one receipt for each message, in order', run: givesReceipts },
  { name: 'publish: the durability that is reported is not stronger than asked', run: reportsDurability },
  { name: 'publish: nothing is published when it was called off before', run: heedsSignal },
  { name: 'publish: one id may be sent any number of times, each copy is kept', run: keepsCopies },
  { name: 'publish: concurrent publishers lose nothing', run: keepsConcurrent },
  { name: 'publish: content that is too large is reported as such, and claimed', run: reportsLargeContent },
];

async function keepsBytes({ open }: ConformanceContext): Promise<void> {
  const [writer, reader] = [await open(), await open()];
  const contents = [
    new Uint8Array(),
    Uint8Array.from({ length: 256 }, (_, byte) => byte),
    textBytes('\uFEFF{"broken'),
    new Uint8Array(300_000).fill(0x7b),
  ];
  for (const [index, bytes] of contents.entries()) {
    const box = inbox(`agent-${index}`);
    await writer.publish([outgoing(box, identity('m'), { bytes })], NONE);
    const ready = await onlyEntry(reader, { state: 'ready', box });
    deepEqual(copyOf(await reader.read(ready)), [...bytes]);
    const claimed = await claimOne(reader, box);
    deepEqual([...bytesOf(claimed)], [...bytes]);
    equal(await reader.read(ready), undefined);
    await reader.ack(claimed, identity('m'), NONE);
    deepEqual(copyOf(await writer.read(await onlyEntry(writer, { state: 'processed', box }))), [...bytes]);
  }
}

async function keepsHeader({ open, clock }: ConformanceContext): Promise<void> {
  const [writer, reader] = [await open(), await open()];
  const [box, now] = [outbox('writer'), clock.now()];
  const sent = identity('id-1', { messageType: 'status_update', priority: 'low' });
  const counters = { deliveries: 3, failures: 2, releases: 1, run: 4 };
  const times = { readyAt_ms: now - 1_000, expiresAt_ms: now + 86_400_000 };
  await writer.publish([outgoing(box, sent, { ...times, counters })], NONE);
  const header = {
    box,
    messageId: 'id-1',
    messageType: 'status_update',
    createdAt_ms: CREATED_MS,
    priority: 'low' as const,
    expiresAt_ms: times.expiresAt_ms,
    processedAt_ms: null,
  };
  const ready = await onlyEntry(reader, { state: 'ready' });
  const { entryId } = ready;
  deepEqual(ready, { ...header, ...times, ...counters, state: 'ready', owner: null, entryId });
  const { entry } = await claimOne(reader, box);
  const delivered = { ...header, ...counters, deliveries: 4, readyAt_ms: entry.readyAt_ms };
  deepEqual(entry, { ...delivered, state: 'leased', owner: entry.owner, entryId: entry.entryId });
  ok(entry.owner !== null && entry.entryId !== entryId);
}

async function givesReceipts({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  deepEqual(await store.publish([], NONE), []);
  const boxes = [inbox('a'), outbox('a'), inbox('b')];
  const messages = boxes.flatMap((box) => ['3', '1', '2'].map((id) => outgoing(box, identity(id))));
  const receipts = await store.publish(messages, NONE);
  const entries = await entriesOf(store, { state: 'ready' });
  deepEqual(
    receipts.map(({ entryId }) => {
      const entry = entries.find((candidate) => candidate.entryId === entryId);
      return [entry?.box, entry?.messageId];
    }),
    messages.map(({ box, identity: { messageId } }) => [box, messageId]),
  );
}

async function reportsDurability({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  const levels = ['none', 'file', 'full'] as const;
  for (const [rank, durability] of levels.entries()) {
    for (const count of [1, 3]) {
      const messages = Array.from({ length: count }, (_, index) =>
        outgoing(inbox('a'), identity(`${durability}-${count}-${index}`)),
      );
      const receipts = await store.publish(messages, { durability });
      equal(receipts.length, count);
      for (const receipt of receipts) ok(levels.indexOf(receipt.durability) <= rank);
    }
  }
  equal((await claimAll(store.openBox(inbox('a')))).length, 12);
}

async function heedsSignal({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  const [signal, messages] = [
    AbortSignal.abort(),
    ['1', '2'].map((id) => outgoing(inbox('a'), identity(id))),
  ];
  await rejects(store.publish(messages, { durability: 'full', signal }));
  await rejects(store.publish(messages.slice(0, 1), { durability: 'none', signal }));
  deepEqual(await entriesOf(store, { state: 'ready' }), []);
  equal(await store.unfinished(), 0);
}

async function keepsCopies({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  const copy = outgoing(inbox('a'), identity('same'));
  await store.publish([copy, copy], NONE);
  await store.publish([copy], NONE);
  equal((await entriesOf(store, { state: 'ready', box: inbox('a') })).length, 3);
  const claimed = await claimAll(store.openBox(inbox('a')));
  equal(new Set(claimed.map(({ entry }) => entry.entryId)).size, 3);
}

async function keepsConcurrent({ open }: ConformanceContext): Promise<void> {
  const stores = [await open(), await open()];
  await Promise.all(
    stores.flatMap((store, index) => [publishTwenty(store, index), publishTwenty(store, index + 2)]),
  );
  const reader = stores[0]?.openBox(inbox('a'));
  ok(reader !== undefined);
  equal(new Set((await claimAll(reader)).map(({ entry }) => entry.messageId)).size, 80);
  equal(await stores[0]?.unfinished(), 0);
}

async function publishTwenty(store: Store, writer: number): Promise<void> {
  for (let index = 0; index < 20; index += 1) {
    await store.publish([outgoing(inbox('a'), identity(`${writer}-${index}`))], NONE);
  }
}

async function reportsLargeContent({ open }: ConformanceContext): Promise<void> {
  const store = await open({ maxMessageBytes: 100 });
  const box = inbox('a');
  const sizes = [100, 101];
  for (const size of sizes) {
    await store.publish([outgoing(box, identity(`bytes-${size}`), { bytes: new Uint8Array(size) })], NONE);
  }
  // A filter that wants nothing does not get to see content that cannot be had.
  const { content, entry } = await claimFrom(store.openBox(box, { wants: () => false }));
  equal(entry.messageId, 'bytes-101');
  ok('fault' in content && content.fault.code === 'too_large' && content.fault.detail !== '');
  equal(bytesOf(await claimOne(store, box)).byteLength, 100);
}

function copyOf(bytes: Uint8Array | undefined): number[] | undefined {
  return bytes === undefined ? undefined : [...bytes];
}
