import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { reject, type PurgeOptions, type Queue } from '../src/index.ts';
import { all, entries, messages, names, site, sorted, task } from './support-behaviour.ts';

const BOX = { kind: 'inbox', agentId: 'coder' } as const;

async function purged(queue: Queue, options: Partial<PurgeOptions> = {}): Promise<string[]> {
  const steps = await all(queue.operations.purge({ box: BOX, state: 'ready', dryRun: false, ...options }));
  return steps.map(({ messageId, outcome }) => `${outcome} ${messageId}`).toSorted();
}

async function withMail(queue: Queue, ...ids: readonly string[]): Promise<void> {
  await queue.registerAgent('coder');
  await queue.sendMany(ids.map((id) => task({ message_id: id, task_id: id, workflow_id: `w-${id}` })));
}

test('a purge is a preview unless it is told otherwise', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await withMail(coder, 'a', 'b');
  const before = await readdir(place.root, { recursive: true });
  expect(await all(coder.operations.purge({ box: BOX, state: 'ready' }))).toMatchObject([
    { outcome: 'purge' },
    { outcome: 'purge' },
  ]);
  expect((await readdir(place.root, { recursive: true })).toSorted()).toEqual(before.toSorted());
});

test('what is removed is written down first; what is in hand, finished or in other boxes stays', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await withMail(coder, 'done');
  await coder.work({ task_assignment: () => {} }, { untilEmpty: true }).done;
  await withMail(coder, 'held');
  const held = (await coder.receive().next()).value;
  await withMail(coder, 'a', 'b');
  await coder.registerAgent('tester');
  await coder.send(task({ assigned_to: 'tester', message_id: 'other' }));
  expect(await purged(coder, { by: 'ann' })).toEqual(['purged a', 'purged b']);
  expect((await messages(coder, 'ready', 'inbox')).map((message) => message['message_id'])).toEqual([
    'other',
  ]);
  await held.ack();
  expect(await entries(coder, 'processed')).toHaveLength(2);
  const [record] = await all(coder.operations.log());
  expect(record).toMatchObject({ kind: 'purge', by: 'ann', total: 2, tally: { purged: 2 } });
  const ids = (await all(coder.operations.logged(record!.id))).map(({ messageId }) => messageId);
  expect(sorted(ids)).toEqual(['a', 'b']);
});

test('filters choose; dead letters go with their reasons', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await withMail(coder, 'a', 'b', 'c');
  expect(await purged(coder, { filter: { workflowId: 'w-a' } })).toEqual(['purged a']);
  expect(await purged(coder, { filter: { id: 'b' } })).toEqual(['purged b']);
  expect(await purged(coder, { filter: { messageType: 'status_update' } })).toEqual([]);
  expect(await purged(coder, { filter: { after_ms: Date.now() + 60_000 } })).toEqual([]);
  await coder.work({ task_assignment: () => reject('no') }, { untilEmpty: true }).done;
  expect(await purged(coder)).toEqual([]);
  expect(await purged(coder, { state: 'dead', filter: { code: 'expired' } })).toEqual([]);
  expect(await purged(coder, { state: 'dead', filter: { code: 'rejected' } })).toEqual(['purged c']);
  expect(await names(place.at('dlq', 'inbox', 'coder'))).toEqual([]);
});

test('what is claimed meanwhile is not touched, and what arrives is not in the set', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await withMail(coder, 'a', 'b');
  let taken: Awaited<ReturnType<ReturnType<Queue['receive']>['next']>>['value'];
  const steps = await purged(coder, {
    onBegin: async () => {
      taken = (await coder.receive().next()).value;
      await withMail(coder, 'later');
    },
  });
  expect(steps.map((step) => step.split(' ')[0])).toEqual(['gone', 'purged']);
  await taken.ack();
  expect(await messages(coder, 'ready', 'inbox')).toMatchObject([{ message_id: 'later' }]);
});

test('the whole set can be kept before the first goes; where that fails, none goes', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await withMail(coder, 'a', 'b');
  const failing = purged(coder, { keep: () => Promise.reject(new Error('the disk is full')) });
  await expect(failing).rejects.toThrow('the disk is full');
  expect(await messages(coder, 'ready', 'inbox')).toHaveLength(2);
  const kept: unknown[] = [];
  await purged(coder, {
    keep: async (set) => {
      for await (const { bytes } of set) kept.push(JSON.parse(new TextDecoder().decode(bytes)));
      expect(await messages(coder, 'ready', 'inbox')).toHaveLength(2);
    },
  });
  expect(kept).toMatchObject([{ message_type: 'task_assignment' }, { message_type: 'task_assignment' }]);
  expect(await messages(coder, 'ready', 'inbox')).toEqual([]);
});
