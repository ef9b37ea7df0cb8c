import { readFile, readdir, writeFile } from 'node:fs/promises';
import { statusUpdate } from '@tapps-agents/contracts';
import { expect, test } from 'vitest';
import { reject, type Queue, type ReplayOptions, type ReplayStep } from '../src/index.ts';
import {
  all,
  dead,
  entries,
  eventsOf,
  faulty,
  messages,
  names,
  site,
  sorted,
  task,
} from './support-behaviour.ts';

type Opened = Queue;

async function replayed(queue: Opened, options: ReplayOptions = {}): Promise<ReplayStep['outcome'][]> {
  return (await all(queue.operations.replay(options))).map(({ outcome }) => outcome);
}

async function rejectAll(queue: Opened): Promise<void> {
  await queue.work({ task_assignment: () => reject('no') }, { untilEmpty: true }).done;
}

async function handledBy(queue: Opened): Promise<string[]> {
  const handled: string[] = [];
  await queue.work(
    {
      task_assignment: ({ task_id }, { run, deliveries }) =>
        void handled.push(`${task_id} ${deliveries} ${run}`),
    },
    { untilEmpty: true },
  ).done;
  return handled.toSorted();
}

test('a replay is a preview unless it is told otherwise', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.send(task());
  await rejectAll(coder);
  const before = await readdir(place.root, { recursive: true });
  const [step] = await all(coder.operations.replay());
  expect(step).toMatchObject({
    outcome: 'replay',
    to: { kind: 'inbox', agentId: 'coder' },
    reason: { code: 'rejected' },
  });
  expect(await replayed(coder, { dryRun: true })).toEqual(['replay']);
  expect((await readdir(place.root, { recursive: true })).toSorted()).toEqual(before.toSorted());
});

test('a replayed message is handled as if it were new, under the same id; its dead letter and its reason are gone', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const { messageId } = await coder.send(task({ retry_policy: { max_retries: 1, backoff_seconds: 0 } }), {
    ttl: '1h',
  });
  await coder.work({ task_assignment: () => Promise.reject(new Error('x')) }, { untilEmpty: true }).done;
  expect(await dead(coder)).toMatchObject([{ reason: { deliveries: 2, failures: 2 } }]);
  expect(await replayed(coder, { dryRun: false })).toEqual(['replayed']);
  expect(await names(place.at('dlq', 'inbox', 'coder'))).toEqual([]);
  expect((await entries(coder, 'ready')).filter(({ box }) => box.kind === 'inbox')).toMatchObject([
    { messageId, deliveries: 2, failures: 0, releases: 2, expiresAt_ms: null },
  ]);
  expect(await handledBy(coder)).toEqual(['t 3 0']);
  expect(await replayed(coder, { dryRun: false })).toEqual([]);
});

test('the counters go on where they are told to', async () => {
  await using place = await site();
  const coder = await place.open('coder', { retry: { maxDeliveries: 5 } });
  await coder.registerAgent('coder');
  await coder.send(task({ retry_policy: { max_retries: 1, backoff_seconds: 0 } }));
  await rejectAll(coder);
  expect(await replayed(coder, { dryRun: false, resetCounters: false })).toEqual(['replayed']);
  const ready = (await entries(coder, 'ready')).filter(({ box }) => box.kind === 'inbox');
  expect(ready).toMatchObject([{ deliveries: 1, failures: 1, releases: 0 }]);
  expect(await handledBy(coder)).toEqual(['t 2 0']);
  // A rejection was a failure, too: of a task that may not fail at all it was one too many.
  await coder.send(task({ task_id: 'never again' }));
  await rejectAll(coder);
  expect(await replayed(coder, { dryRun: false, resetCounters: false })).toEqual(['will_fail']);
});

test('a file that was repaired where it lies is replayed; one that is still broken is named, and stays', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const good = task({ task_id: 'repaired', message_id: 'repaired' });
  await writeFile(place.at('inbox', 'coder', 'a.json'), JSON.stringify(good).replace('}', ''));
  await writeFile(
    place.at('inbox', 'coder', 'b.json'),
    JSON.stringify({ ...task({ message_id: 'broken' }), priority: 'urgent' }),
  );
  await writeFile(
    place.at('inbox', 'coder', 'c.json'),
    JSON.stringify(task({ assigned_to: 'tester', message_id: 'lost' })),
  );
  await rejectAll(coder);
  const letters = await dead(coder);
  expect(sorted(letters.map(({ reason }) => reason?.code))).toEqual([
    'invalid_schema',
    'misrouted',
    'not_json',
  ]);
  expect(await replayed(coder)).toEqual(['will_fail', 'will_fail', 'will_fail']);
  const unreadable = letters.find(({ reason }) => reason?.code === 'not_json')!;
  await writeFile(unreadable.location, JSON.stringify(good));
  const steps = await all(coder.operations.replay({ dryRun: false }));
  expect(sorted(steps.map(({ messageId, outcome }) => [messageId, outcome]))).toEqual([
    ['broken', 'will_fail'],
    ['lost', 'will_fail'],
    ['repaired', 'replayed'],
  ]);
  expect(steps.find(({ messageId }) => messageId === 'broken')?.detail).toContain('/priority');
  expect(steps.find(({ messageId }) => messageId === 'lost')?.detail).toContain('tester');
  expect(await handledBy(coder)).toEqual(['repaired 2 0']);
  expect(await dead(coder)).toHaveLength(2);
});

test('with force what is still broken goes back, and comes back', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await writeFile(place.at('inbox', 'coder', 'a.json'), '{');
  await rejectAll(coder);
  const [before] = await dead(coder);
  const bytes = await readFile(before!.location);
  expect(await replayed(coder, { force: true, dryRun: false })).toEqual(['replayed']);
  await rejectAll(coder);
  const [after] = await dead(coder);
  expect(after!.entry.entryId).not.toBe(before!.entry.entryId);
  expect(await readFile(after!.location)).toEqual(bytes);
});

test('what the ledger has is skipped, and with force handled once more, and once more again', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const sent = task({ message_id: 'again' });
  await coder.send(sent);
  expect(await handledBy(coder)).toEqual(['t 1 0']);
  expect(await replayed(coder, { from: 'processed', dryRun: false })).toEqual(['skip_processed']);
  for (const run of [1, 2]) {
    expect(await replayed(coder, { from: 'processed', force: true })).toEqual(['replay']);
    expect(await replayed(coder, { from: 'processed', force: true, dryRun: false })).toEqual(['replayed']);
    expect(await handledBy(coder)).toEqual([`t 1 ${run}`]);
  }
  const completions = await messages(coder, 'ready', 'outbox');
  expect(new Set(completions.map((message) => message['message_id'])).size).toBe(3);
  const duplicates = eventsOf(coder, 'duplicate');
  await coder.send(sent);
  expect(await handledBy(coder)).toEqual([]);
  expect(duplicates).toHaveLength(1);
});

test('a dead letter whose id was handled after all is skipped; with force it is handled, and is a dead letter no more', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const sent = task({ message_id: 'twice' });
  await coder.send(sent);
  await rejectAll(coder);
  await coder.send(sent);
  expect(await handledBy(coder)).toEqual(['t 1 0']);
  expect(await replayed(coder, { dryRun: false })).toEqual(['skip_processed']);
  expect(await dead(coder)).toHaveLength(1);
  expect(await replayed(coder, { dryRun: false, force: true })).toEqual(['replayed']);
  expect(await handledBy(coder)).toEqual(['t 2 1']);
  expect(await dead(coder)).toEqual([]);
});

test('of two that replay at once one wins each message', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  const other = await place.open('operator');
  await coder.registerAgent('coder');
  await coder.sendMany(Array.from({ length: 20 }, (_, index) => task({ task_id: `${index}` })));
  await rejectAll(coder);
  const outcomes = (
    await Promise.all([replayed(coder, { dryRun: false }), replayed(other, { dryRun: false })])
  ).flat();
  expect(outcomes.filter((outcome) => outcome === 'replayed')).toHaveLength(20);
  expect(await messages(coder, 'ready', 'inbox')).toHaveLength(20);
});

test('what dies during a replay is not swept in, and a step that fails does not stop the others', async () => {
  await using place = await site();
  const fileSystem = faulty();
  const coder = await place.open('coder', { fileSystem });
  await coder.registerAgent('coder');
  await coder.sendMany([task({ task_id: 'a' }), task({ task_id: 'b' }), task({ task_id: 'c' })]);
  await rejectAll(coder);
  let revived = 0;
  fileSystem.onCall = ({ verb, path }) => {
    if (verb !== 'rename' || !path.includes('/dlq/')) return;
    revived += 1;
    if (revived === 2)
      throw Object.assign(new Error('EIO: made to fail'), { code: 'EIO', syscall: 'rename' });
  };
  const outcomes: string[] = [];
  await expect(
    (async () => {
      for await (const { outcome } of coder.operations.replay({ dryRun: false })) {
        outcomes.push(outcome);
        await rejectAll(coder);
      }
    })(),
  ).rejects.toThrow('EIO');
  expect(outcomes).toEqual(['replayed', 'replayed']);
  expect(await dead(coder)).toHaveLength(3);
});

test('a filter and a limit choose what is replayed', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.sendMany(['a', 'b', 'c'].map((task_id) => task({ task_id, workflow_id: `w-${task_id}` })));
  await rejectAll(coder);
  expect(await replayed(coder, { filter: { workflowId: 'w-b' }, dryRun: false })).toEqual(['replayed']);
  expect(await handledBy(coder)).toEqual(['b 2 0']);
  expect(await replayed(coder, { filter: { limit: 1 }, dryRun: false })).toEqual(['replayed']);
  expect(await dead(coder)).toHaveLength(1);
  const chosen = await all(
    coder.operations.replay({
      from: 'processed',
      filter: { workflowId: 'w-b', messageType: 'task_assignment' },
    }),
  );
  expect(chosen).toHaveLength(1);
  expect(await replayed(coder, { from: 'processed', filter: { workflowId: 'w-z' } })).toEqual([]);
});

test('a filter by the kind of box leaves the other box of the same agent alone', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const written = { agent_id: 'coder', workflow_id: 'w', task_id: 't', status: 'in_progress' } as const;
  await coder.sendMany([task(), statusUpdate(written)]);
  const left = async (): Promise<string[]> =>
    (await dead(coder)).map(({ entry }) => entry.box.kind).toSorted();
  await rejectAll(coder);
  await coder.collect({ status_update: () => reject('no') }, { untilEmpty: true }).done;
  expect(await left()).toEqual(['inbox', 'outbox']);
  const filter = { agentId: 'coder', boxKind: 'outbox' } as const;
  expect(await replayed(coder, { filter, dryRun: false })).toEqual(['replayed']);
  expect(await left()).toEqual(['inbox']);
  await coder.collect({ status_update: () => {} }, { untilEmpty: true }).done;
  const finished = await all(coder.operations.replay({ from: 'processed', force: true, filter }));
  expect(finished.map(({ entry }) => entry.box.kind)).toEqual(['outbox']);
  const inbox = { ...filter, boxKind: 'inbox' } as const;
  expect(await replayed(coder, { from: 'processed', force: true, filter: inbox })).toEqual([]);
});
