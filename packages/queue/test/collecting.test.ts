import { writeFile } from 'node:fs/promises';
import { newMessageId, statusUpdate, taskComplete } from '@tapps-agents/contracts';
import { expect, test } from 'vitest';
import {
  dead,
  deferred,
  entries,
  event,
  eventsOf,
  faulty,
  messages,
  site,
  sorted,
} from './support-behaviour.ts';

const update = (agent_id: string, workflow_id: string, task_id = 't'): ReturnType<typeof statusUpdate> =>
  statusUpdate({ agent_id, workflow_id, task_id, status: 'in_progress' });

test("a collector of one workflow takes its messages from every agent, and leaves others' in place, untouched", async () => {
  await using place = await site();
  const orchestrator = await place.open('orchestrator');
  for (const agent of ['coder', 'tester']) await orchestrator.registerAgent(agent);
  const sent = ['coder', 'tester'].flatMap((agent) =>
    ['mine', 'theirs'].map((workflow) => update(agent, workflow)),
  );
  await orchestrator.sendMany(sent);
  const theirs = (await entries(orchestrator, 'ready')).map(({ entryId }) => entryId);
  const collected: string[] = [];
  await orchestrator.collect(
    { status_update: ({ agent_id, workflow_id }) => void collected.push(`${agent_id} ${workflow_id}`) },
    { workflow_id: 'mine', untilEmpty: true },
  ).done;
  expect(collected.toSorted()).toEqual(['coder mine', 'tester mine']);
  const left = await entries(orchestrator, 'ready');
  expect((await messages(orchestrator, 'ready', 'outbox')).map(({ workflow_id }) => workflow_id)).toEqual([
    'theirs',
    'theirs',
  ]);
  for (const { entryId } of left) expect(theirs).toContain(entryId); // Not even renamed.
});

test('a collector takes what agents write that are registered, or first heard of, while it runs', async () => {
  await using place = await site();
  const orchestrator = await place.open('orchestrator');
  const newcomer = await place.open('newcomer');
  const heard: string[] = [];
  const twice = deferred();
  await using _collector = orchestrator.collect({
    status_update: ({ agent_id }) => {
      heard.push(agent_id);
      if (heard.length === 2) twice.resolve();
    },
  });
  await newcomer.registerAgent('newcomer');
  await newcomer.send(update('newcomer', 'w'));
  await event(orchestrator, 'acked');
  await newcomer.send(update('unregistered', 'w'));
  await twice.promise;
  expect(heard).toEqual(['newcomer', 'unregistered']);
});

test('only the outboxes of the agents that were named, and only the types that have a handler', async () => {
  await using place = await site();
  const orchestrator = await place.open('orchestrator');
  await orchestrator.sendMany([
    update('coder', 'w'),
    update('tester', 'w'),
    taskComplete({ agent_id: 'coder', workflow_id: 'w', task_id: 't', status: 'completed' }),
  ]);
  const unhandled = eventsOf(orchestrator, 'unhandled');
  const heard: string[] = [];
  await orchestrator.collect(
    { status_update: ({ agent_id }) => void heard.push(agent_id) },
    { agents: ['coder'], untilEmpty: true },
  ).done;
  expect(heard).toEqual(['coder']);
  expect(unhandled).toEqual([{ box: { kind: 'outbox', agentId: 'coder' }, messageType: 'task_complete' }]);
  expect(await messages(orchestrator, 'ready', 'outbox')).toHaveLength(2);
});

test("a collector of one workflow looks into each of others' messages once, however often it looks for its own", async () => {
  await using place = await site();
  const fileSystem = faulty();
  const orchestrator = await place.open('orchestrator', { fileSystem });
  await orchestrator.sendMany(
    Array.from({ length: 20 }, (_, index) => update('coder', 'theirs', `${index}`)),
  );
  fileSystem.calls.length = 0;
  await orchestrator.collect({ status_update: () => {} }, { workflow_id: 'mine', untilEmpty: true }).done;
  const looks = fileSystem.calls.filter(
    ({ verb, path }) => verb === 'list' && path.endsWith('/outbox/coder'),
  );
  expect(looks.length).toBeGreaterThanOrEqual(3);
  const read = fileSystem.calls.filter(
    ({ verb, path }) => verb === 'read' && path.includes('/outbox/coder/'),
  );
  expect(read).toHaveLength(20);
});

test('what no workflow can be read from is quarantined by the first collector, and the others go on', async () => {
  await using place = await site();
  const orchestrator = await place.open('orchestrator');
  await orchestrator.send(update('coder', 'mine'));
  await writeFile(place.at('outbox', 'coder', 'broken.json'), '{"workflow_id": ');
  const misrouted = { ...update('somebody else', 'mine'), message_id: newMessageId() };
  await writeFile(place.at('outbox', 'coder', 'misrouted.json'), JSON.stringify(misrouted));
  let heard = 0;
  await orchestrator.collect(
    { status_update: () => void (heard += 1) },
    { workflow_id: 'mine', untilEmpty: true },
  ).done;
  expect(heard).toBe(1);
  expect(sorted((await dead(orchestrator)).map(({ reason }) => reason?.code))).toEqual([
    'misrouted',
    'not_json',
  ]);
});

test("two collectors of different workflows share a process without touching each other's messages", async () => {
  await using place = await site();
  const orchestrator = await place.open('orchestrator');
  const heard = new Map<string, string[]>();
  const collectors = ['a', 'b'].map((workflow_id) =>
    orchestrator.collect(
      {
        status_update: (message) =>
          void heard.set(workflow_id, [...(heard.get(workflow_id) ?? []), message.workflow_id]),
      },
      { workflow_id, concurrency: 3, limit: 10 },
    ),
  );
  await orchestrator.sendMany(
    Array.from({ length: 20 }, (_, index) => update('coder', index % 2 === 0 ? 'a' : 'b', `${index}`)),
  );
  await Promise.all(collectors.map(({ done }) => done));
  expect(heard.get('a')).toEqual(Array.from({ length: 10 }, () => 'a'));
  expect(heard.get('b')).toEqual(Array.from({ length: 10 }, () => 'b'));
});
