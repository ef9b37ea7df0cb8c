import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serializeMessage, statusUpdate, taskComplete, type Message } from '@tapps-agents/contracts';
import { expect, test } from 'vitest';
import { openQueue, type Queue } from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { counts, drop, task, taskText } from './support/messages.ts';
import { files, place } from './support/place.ts';
import { collectUntilEmpty, workUntilEmpty } from './support/work.ts';

failOnLeaks();

const VECTORS = join(import.meta.dirname, '../../contracts/fixtures/vectors');

async function coderQueue(root: string): Promise<Queue> {
  const mq = await openQueue({ root, agent: 'coder', retention: false });
  await mq.registerAgent('coder');
  return mq;
}

function vectors(box: string): Message[] {
  return readdirSync(join(VECTORS, box)).map(
    (name) => JSON.parse(readFileSync(join(VECTORS, box, name), 'utf8')) as Message,
  );
}

function ids(messages: readonly Message[]): string[] {
  return messages.map(({ message_id }) => message_id).toSorted();
}

/** The contents of all files below a directory, in no order that matters. */
function contents(directory: string): string[] {
  return files(directory)
    .map((path) => readFileSync(join(directory, path), 'base64'))
    .toSorted();
}

/** A minute of the first hour of 2026. */
function at(minute: number): string {
  return `2026-01-01T00:0${minute}:00.000Z`;
}

test.each(['before', 'after'])(
  'what the other system wrote %s the directory was set up is all consumed, byte for byte',
  async (when) => {
    await using here = await place();
    if (when === 'before') cpSync(VECTORS, here.root, { recursive: true });
    await using mq = await openQueue({ root: here.root, agent: 'agent-a', retention: false });
    if (when === 'after') cpSync(VECTORS, here.root, { recursive: true });
    expect(await mq.agents()).toEqual(['agent-a']);
    const [inbox, outbox] = [vectors('inbox/agent-a'), vectors('outbox/agent-a')];
    expect([inbox.length, outbox.length]).toEqual([3, 4]);

    expect(ids(await collectUntilEmpty(mq))).toEqual(ids(outbox));
    expect((await workUntilEmpty(mq)).toSorted()).toEqual(ids(inbox));
    expect(await counts(mq)).toEqual({ ready: 3, delayed: 0, leased: 0, dead: 0, unadopted: 0 });
    expect(contents(join(here.root, 'processed'))).toEqual(contents(VECTORS));
  },
);

test('a directory that an outside writer makes below inbox/ is a registered agent', async () => {
  await using here = await place();
  await using mq = await openQueue({ root: here.root, agent: 'boss', retention: false });
  mkdirSync(join(here.root, 'inbox/newcomer'));
  expect(await mq.agents()).toEqual(['newcomer']);
  await mq.send(task({ assigned_to: 'newcomer', message_id: 'welcome' }));
  await using newcomer = await openQueue({ root: here.root, agent: 'newcomer', retention: false });
  expect(await workUntilEmpty(newcomer)).toEqual(['welcome']);
  expect(await collectUntilEmpty(mq)).toMatchObject([{ agent_id: 'newcomer' }]);
});

test('an outbox that an outside writer makes is collected', async () => {
  await using here = await place();
  await using mq = await openQueue({ root: here.root, agent: 'boss', retention: false });
  const update = statusUpdate({ agent_id: 'stranger', workflow_id: 'w', task_id: 't', status: 'queued' });
  drop(here.root, 'outbox/stranger/hello.json', serializeMessage(update));
  expect(await collectUntilEmpty(mq)).toEqual([update]);
});

test('files of outside writers are taken by priority, then age; ours and theirs in one order', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  drop(here.root, 'inbox/coder/1.json', taskText({ message_id: 'low', priority: 'low', created_at: at(0) }));
  drop(here.root, 'inbox/coder/2.json', taskText({ message_id: 'medium-3', created_at: at(3) }));
  drop(
    here.root,
    'inbox/coder/3.json',
    taskText({ message_id: 'medium-1', priority: 'medium', created_at: at(1) }),
  );
  drop(
    here.root,
    'inbox/coder/4.json',
    taskText({ message_id: 'high-5', priority: 'high', created_at: at(5) }),
  );
  drop(
    here.root,
    'inbox/coder/z.json',
    taskText({ message_id: 'high-4', priority: 'high', created_at: at(4) }),
  );
  await mq.sendMany([
    task({ message_id: 'ours-high-6', priority: 'high', created_at: at(6) }),
    task({ message_id: 'ours-medium-2', created_at: at(2) }),
    task({ message_id: 'ours-low-0', priority: 'low', created_at: at(0) }),
  ]);
  const handled = await workUntilEmpty(mq);
  expect(handled.slice(0, 3)).toEqual(['high-4', 'high-5', 'ours-high-6']);
  expect(handled.slice(3, 6)).toEqual(['medium-1', 'ours-medium-2', 'medium-3']);
  expect(handled.slice(6).toSorted()).toEqual(['low', 'ours-low-0']);
});

test('a foreign file of high priority is not overtaken by hundreds of ours', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  const many = Array.from({ length: 300 }, (_, index) => task({ message_id: `ours-${index}` }));
  await mq.sendMany(many, { durability: 'none' });
  for (let index = 0; index < 50; index += 1)
    drop(
      here.root,
      `inbox/coder/a${index}.json`,
      taskText({ message_id: `theirs-${index}`, priority: 'low' }),
    );
  drop(here.root, 'inbox/coder/urgent.json', taskText({ message_id: 'urgent', priority: 'high' }));
  const handled = await workUntilEmpty(mq);
  expect(handled).toHaveLength(351);
  expect(handled.indexOf('urgent')).toBe(0);
  expect(handled.findIndex((id) => id.startsWith('theirs'))).toBe(301);
});

test('a file that an outside writer names as we do is taken as it is', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  const names = [
    '20251214T103500_123Z_m1_task_assignment.json',
    'task.json',
    '0.json',
    '~not.json'.slice(1),
    'UPPER.json',
    'dots.in.name.json',
  ];
  for (const [index, name] of names.entries())
    drop(here.root, `inbox/coder/${name}`, taskText({ message_id: `m${index}` }));
  expect((await workUntilEmpty(mq)).toSorted()).toEqual(names.map((_, index) => `m${index}`));
  expect(files(join(here.root, 'processed/inbox/coder/w/t'))).toEqual(
    names.map((_, index) => `m${index}.json`),
  );
});

test('a writer that writes the file in place is read when it renames it, not before', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  const inbox = join(here.root, 'inbox/coder');
  const text = taskText({ message_id: 'slow' });
  writeFileSync(join(inbox, 'slow.json.part'), text.slice(0, 20));
  expect(await workUntilEmpty(mq)).toEqual([]);
  writeFileSync(join(inbox, 'slow.json.part'), text);
  renameSync(join(inbox, 'slow.json.part'), join(inbox, 'slow.json'));
  expect(await workUntilEmpty(mq)).toEqual(['slow']);
});

test('a foreign answer in an outbox answers a request', async () => {
  await using here = await place();
  await using mq = await openQueue({ root: here.root, agent: 'boss', retention: false });
  await mq.registerAgent('python');
  const asked = task({ assigned_to: 'python', task_id: 'answer-me' });
  const sent = new Promise((resolve) => mq.events.once('sent', resolve));
  const answer = mq.request(asked, { timeout: '20s' });
  await sent;
  const completion = taskComplete({
    agent_id: 'python',
    workflow_id: 'w',
    task_id: 'answer-me',
    status: 'completed',
    results: { output: { seen: true } },
  });
  drop(here.root, 'outbox/python/whatever.json', serializeMessage(completion));
  expect(await answer).toEqual(completion);
});
