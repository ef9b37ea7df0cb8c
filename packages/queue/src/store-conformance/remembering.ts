import { deepEqual, equal } from 'node:assert/strict';
import type { Journal } from '../message-journal.ts';
import type { ConformanceCase, ConformanceContext } from './conformance-case.ts';
import { claimOne, onlyEntry, revive } from './observing.ts';
import { CREATED_MS, failure, HOSTILE_IDS, identity, inbox, outbox, outgoing, reasonFor } from './samples.ts';

const BOX = inbox('worker');

/** The journal: what is remembered of a message from delivery to delivery. */
export const REMEMBERING: readonly ConformanceCase[] = [
  { name: 'journal: failures, oldest first, seen by every store', run: keepsFailures },
  { name: 'journal: a message that came back to life goes on with its history', run: goesOn },
  { name: 'journal: of very many failures the newest 100 are kept', run: keepsNewest },
  { name: 'journal: deliveries that were handed back, the newest 100 of them', run: keepsHandBacks },
  { name: 'journal: failures recorded at the same time are all kept', run: keepsConcurrent },
  { name: 'journal: the result of a step, whatever it is', run: keepsResults },
  { name: 'journal: messages, boxes and steps are told apart, however they are called', run: tellsApart },
  { name: 'journal: what a message died of before it was brought back', run: keepsDeaths },
  { name: 'finished lately: what was acknowledged counts, in its own box', run: countsFinished },
];

async function keepsDeaths({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  await store.registerAgent('worker');
  await store.publish([outgoing(BOX, identity('m'))], { durability: 'none' });
  deepEqual(await store.journal(BOX, 'm').deaths(), []);
  const claimed = await claimOne(store, BOX);
  const reason = reasonFor(claimed.entry);
  await store.quarantine(claimed, reason);
  await revive(store, await onlyEntry(store, { state: 'dead' }), { resetCounters: true });
  deepEqual(await store.journal(BOX, 'm').deaths(), [reason]);
}

async function countsFinished({ open, clock }: ConformanceContext): Promise<void> {
  const store = await open();
  await store.registerAgent('worker');
  await store.publish([outgoing(BOX, identity('m')), outgoing(BOX, identity('n'))], { durability: 'none' });
  const since_ms = clock.now() - 60_000;
  deepEqual(await store.finishedSince(since_ms), { boxes: [], isComplete: true });
  const claimed = await claimOne(store, BOX);
  await store.ack(claimed, identity('m'), { durability: 'none' });
  deepEqual(await store.finishedSince(since_ms), { boxes: [{ box: BOX, finished: 1 }], isComplete: true });
}

async function keepsFailures({ open }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  deepEqual(await store.journal(BOX, 'm').failures(), []);
  const failures = Array.from({ length: 12 }, (_, index) =>
    failure(index + 1, CREATED_MS + index, `failure ${index}`),
  );
  for (const one of failures) await store.journal(BOX, 'm').recordFailure(one);
  deepEqual(await other.journal(BOX, 'm').failures(), failures);
}

async function goesOn({ open }: ConformanceContext): Promise<void> {
  const journal = (await open()).journal(BOX, 'm');
  const failures = [3, 4, 1, 2].map((delivery, index) => failure(delivery, CREATED_MS + index * 1_000));
  for (const one of failures) await journal.recordFailure(one);
  deepEqual(await journal.failures(), failures);
}

async function keepsNewest({ open }: ConformanceContext): Promise<void> {
  const journal = (await open()).journal(BOX, 'm');
  const failures = Array.from({ length: 103 }, (_, index) =>
    failure((index % 90) + 1, CREATED_MS + index * 1_000),
  );
  for (const one of failures) await journal.recordFailure(one);
  deepEqual(await journal.failures(), failures.slice(3));
}

async function keepsHandBacks({ open, clock }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  deepEqual(await store.journal(BOX, 'm').handBacks(), []);
  const handBacks = Array.from({ length: 103 }, (_, index) => ({
    kind: index % 2 === 0 ? ('snoozed' as const) : ('returned' as const),
    delivery: index + 1,
    at: new Date(clock.now() + index).toISOString(),
    ready_at: index % 2 === 0 ? new Date(clock.now() + 60_000).toISOString() : null,
    agent_id: 'worker',
    owner: null,
    pid: 7,
    host: 'here',
  }));
  for (const one of handBacks) await store.journal(BOX, 'm').recordHandBack(one);
  deepEqual(await other.journal(BOX, 'm').handBacks(), handBacks.slice(-100));
  deepEqual(await other.journal(BOX, 'm').failures(), []);
}

async function keepsConcurrent({ open }: ConformanceContext): Promise<void> {
  const journals: Journal[] = [(await open()).journal(BOX, 'm'), (await open()).journal(BOX, 'm')];
  await Promise.all(
    journals.flatMap((journal, index) =>
      Array.from({ length: 10 }, (_, delivery) =>
        journal.recordFailure(failure(delivery, CREATED_MS + index)),
      ),
    ),
  );
  equal((await journals[0]?.failures())?.length, 20);
}

async function keepsResults({ open }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  const values = [null, false, 0, '', 'text', [1, { a: 'é🦊' }], { nested: { list: [null] } }];
  for (const [index, value] of values.entries()) {
    equal(await store.journal(BOX, 'm').result(`step-${index}`), undefined);
    await store.journal(BOX, 'm').recordResult(`step-${index}`, value);
    deepEqual(await other.journal(BOX, 'm').result(`step-${index}`), { value });
  }
  await store.journal(BOX, 'm').recordResult('nothing', undefined);
  deepEqual(await other.journal(BOX, 'm').result('nothing'), { value: undefined });
}

async function tellsApart({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  for (const id of HOSTILE_IDS) {
    await store.journal(BOX, 'm').recordResult(id, `step ${id}`);
    await store.journal(BOX, id).recordResult('step', `message ${id}`);
    await store.journal(outbox(id), 'm').recordResult('step', `box ${id}`);
  }
  for (const id of HOSTILE_IDS) {
    deepEqual(await store.journal(BOX, 'm').result(id), { value: `step ${id}` });
    deepEqual(await store.journal(BOX, id).result('step'), { value: `message ${id}` });
    deepEqual(await store.journal(outbox(id), 'm').result('step'), { value: `box ${id}` });
    equal(await store.journal(inbox(id), 'm').result('step'), undefined);
  }
}
