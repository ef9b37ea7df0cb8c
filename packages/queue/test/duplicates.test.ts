import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openQueue, type ReplayOptions, type ReplayStep, type Queue } from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { counts, task } from './support/messages.ts';
import { files, place } from './support/place.ts';
import { collectUntilEmpty, workUntilEmpty } from './support/work.ts';

failOnLeaks();

const LEDGER = 'processed/inbox/coder/w/t';

async function coderQueue(root: string): Promise<Queue> {
  const mq = await openQueue({ root, agent: 'coder', retention: false });
  await mq.registerAgent('coder');
  return mq;
}

async function replay(mq: Queue, options: ReplayOptions): Promise<ReplayStep[]> {
  const steps: ReplayStep[] = [];
  for await (const step of mq.operations.replay(options)) steps.push(step);
  return steps;
}

test('sent again after it was handled: announced as a duplicate, kept, and not handled', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  const duplicates: (string | null)[] = [];
  mq.events.on('duplicate', ({ messageId }) => void duplicates.push(messageId));
  const message = task({ message_id: 'once' });
  await mq.send(message);
  expect(await workUntilEmpty(mq)).toEqual(['once']);
  await mq.send(message);
  await mq.send(message);
  expect(await workUntilEmpty(mq)).toEqual([]);
  expect(duplicates).toEqual(['once', 'once']);
  const ledger = files(join(here.root, LEDGER));
  expect(ledger).toEqual([
    'once.json',
    expect.stringMatching(/^once~dup~[0-9a-v]{6}\.json$/),
    expect.stringMatching(/^once~dup~[0-9a-v]{6}\.json$/),
  ]);
  for (const name of ledger)
    expect(JSON.parse(readFileSync(join(here.root, LEDGER, name), 'utf8'))).toEqual(message);
  expect(await collectUntilEmpty(mq)).toHaveLength(1);
});

test('three times in one batch, handled concurrently: handled once', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  const message = task({ message_id: 'once' });
  const sent = await mq.sendMany([message, task({ message_id: 'other' }), message, message]);
  expect(sent.map(({ messageId }) => messageId)).toEqual(['once', 'other', 'once', 'once']);
  const handled: string[] = [];
  const handlers = {
    task_assignment: ({ message_id }: { message_id: string }) => void handled.push(message_id),
  };
  await workUntilEmpty(mq, handlers, { concurrency: 4 });
  expect(handled.toSorted()).toEqual(['once', 'other']);
  expect(files(join(here.root, LEDGER))).toHaveLength(4);
  expect(await counts(mq)).toMatchObject({ ready: 2, leased: 0, dead: 0 });
});

test('the same message to two agents is handled by each of them', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  await using tester = await openQueue({ root: here.root, agent: 'tester', retention: false });
  await tester.registerAgent('tester');
  const message = task({ message_id: 'same' });
  await mq.send(message);
  await mq.send(task({ message_id: 'same', assigned_to: 'tester' }));
  expect(await workUntilEmpty(mq)).toEqual(['same']);
  expect(await workUntilEmpty(tester)).toEqual(['same']);
});

test('a dead message that was replayed and handled is a duplicate when it comes again', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  const message = task({ message_id: 'again' });
  await mq.send(message);
  await workUntilEmpty(mq, {
    task_assignment: () => {
      throw new Error('not today');
    },
  });
  await mq.send(message); // A second copy, which is not handled either before the first one is replayed.
  expect(await replay(mq, { dryRun: false })).toMatchObject([{ outcome: 'replayed', messageId: 'again' }]);
  expect(await workUntilEmpty(mq)).toEqual(['again']);
  expect(files(join(here.root, LEDGER))).toHaveLength(2);
  expect(files(join(here.root, 'dlq'))).toEqual([]);
});

test('a dead copy of a message that was handled meanwhile is not replayed', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  const message = task({ message_id: 'copy' });
  await mq.send(message);
  await workUntilEmpty(mq, { task_assignment: () => ({ verdict: 'reject', reason: 'no' }) });
  await mq.send(message);
  expect(await workUntilEmpty(mq)).toEqual(['copy']);
  expect(await replay(mq, { dryRun: false })).toMatchObject([{ outcome: 'skip_processed' }]);
  expect(await workUntilEmpty(mq)).toEqual([]);
  expect(files(join(here.root, 'dlq'))).toHaveLength(2);
  const forced = { dryRun: false, force: true } as const;
  expect(await replay(mq, forced)).toMatchObject([{ outcome: 'replayed' }]);
  expect(await workUntilEmpty(mq)).toEqual(['copy']);
  expect(files(join(here.root, LEDGER))).toEqual(['copy.json', 'copy~x1.json']);
  expect(files(join(here.root, 'dlq'))).toEqual([]);
  expect(await replay(mq, forced)).toEqual([]);
});

test('a forced replay is handled again, in a new run, and answers under new ids that follow from the old', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  await mq.send(task({ message_id: 'forced' }));
  const runs: [run: number, deliveries: number, key: string][] = [];
  const handlers = {
    task_assignment: (_: unknown, context: { run: number; deliveries: number; idempotencyKey: string }) =>
      void runs.push([context.run, context.deliveries, context.idempotencyKey]),
  };
  await workUntilEmpty(mq, handlers);
  const processed = { from: 'processed', dryRun: false, filter: { agentId: 'coder', id: 'forced' } } as const;
  expect(await replay(mq, processed)).toMatchObject([{ outcome: 'skip_processed' }]);
  for (const run of [1, 2]) {
    expect(await replay(mq, { ...processed, force: true })).toMatchObject([{ outcome: 'replayed' }]);
    await workUntilEmpty(mq, handlers);
    expect(files(join(here.root, LEDGER))).toContain(`forced~x${run}.json`);
  }
  expect(runs).toEqual([
    [0, 1, 'coder/forced'],
    [1, 1, 'coder/forced#1'],
    [2, 1, 'coder/forced#2'],
  ]);
  const answers = await collectUntilEmpty(mq);
  expect(new Set(answers.map(({ message_id }) => message_id)).size).toBe(3);
  expect(answers.map(({ metadata }) => metadata['causation_id'])).toEqual(['forced', 'forced', 'forced']);
});

test('two forced replays of the same run are handled once', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  await mq.send(task({ message_id: 'forced' }));
  await workUntilEmpty(mq);
  const forced = { from: 'processed', dryRun: false, force: true, filter: { agentId: 'coder' } } as const;
  await replay(mq, forced);
  await replay(mq, forced);
  expect(await workUntilEmpty(mq)).toEqual(['forced']);
  expect(files(join(here.root, LEDGER))).toHaveLength(3);
});

test('a forced run that died can be replayed: that run was never handled', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  await mq.send(task({ message_id: 'forced' }));
  await workUntilEmpty(mq);
  await replay(mq, { from: 'processed', dryRun: false, force: true, filter: { agentId: 'coder' } });
  await workUntilEmpty(mq, { task_assignment: () => ({ verdict: 'reject', reason: 'broken' }) });
  expect(await replay(mq, { dryRun: false })).toMatchObject([{ outcome: 'replayed' }]);
  expect(await workUntilEmpty(mq)).toEqual(['forced']);
  expect(files(join(here.root, LEDGER))).toEqual(['forced.json', 'forced~x1.json']);
  expect(files(join(here.root, 'dlq'))).toEqual([]);
});
