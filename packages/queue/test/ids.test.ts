import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineMessage, statusUpdate, Type } from '@tapps-agents/contracts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openQueue, type Queue } from '../src/index.ts';
import { checkPaths, HOSTILE_IDS } from './support/hostile-ids.ts';
import { failOnLeaks } from './support/leaks.ts';
import { counts, drop, task, taskText } from './support/messages.ts';
import { files, listed, place, tree } from './support/place.ts';
import { sorted } from './support/sorted.ts';
import { collectUntilEmpty, workUntilEmpty } from './support/work.ts';

failOnLeaks();

async function open(root: string, agent: string): Promise<Queue> {
  return await openQueue({ root, agent, retention: false, durability: 'none' });
}

/** The paths that are there only while messages are handled: leases, owner records, what is remembered. Walking all takes its time. */
function underway(root: string): string[] {
  return ['locks', 'journal'].flatMap((top) => tree(join(root, top)).map((path) => `${top}/${path}`));
}

/** Does something for each, six at a time, as each waits for the disk most of the time. */
async function inGroups(ids: readonly string[], each: (id: string) => Promise<void>): Promise<void> {
  for (let first = 0; first < ids.length; first += 6)
    await Promise.all(ids.slice(first, first + 6).map(each));
}

test('agents of every name are registered, listed unchanged, sent to, and work', async () => {
  await using here = await place();
  await using mq = await open(here.root, 'boss');
  const paths = new Set<string>();
  for (const agentId of HOSTILE_IDS) {
    expect(await mq.registerAgent(agentId), agentId).toBe(true);
    expect(await mq.registerAgent(agentId), agentId).toBe(false);
  }
  expect((await mq.agents()).toSorted()).toEqual([...new Set(HOSTILE_IDS)].toSorted());
  await mq.sendMany(
    HOSTILE_IDS.map((agentId) =>
      task({ assigned_to: agentId, message_id: agentId, retry_policy: { max_retries: 2 } }),
    ),
  );
  for (const path of tree(here.root)) paths.add(path);
  for (const agentId of HOSTILE_IDS) {
    await using worker = await open(here.root, agentId);
    const seen: string[] = [];
    await workUntilEmpty(worker, {
      task_assignment: async (message, context) => {
        for (const path of underway(here.root)) paths.add(path);
        seen.push(message.message_id, context.box.agentId);
        await context.once(agentId, () => 1);
        await context.report({ current_step: agentId });
      },
    });
    expect(seen).toEqual([agentId, agentId]);
  }
  const answers = await collectUntilEmpty(mq);
  const done = answers.filter(({ message_type }) => message_type === 'task_complete');
  expect(done.map(({ agent_id }) => agent_id).toSorted()).toEqual(HOSTILE_IDS.toSorted());
  expect(answers).toHaveLength(2 * HOSTILE_IDS.length);
  for (const path of tree(here.root)) paths.add(path);
  checkPaths([...paths]);
  expect(readdirSync(here.path)).toEqual(['messages']);
});

test('workflow, task and message ids of every kind are kept unchanged, through retries and quarantine too', async () => {
  await using here = await place();
  await using mq = await open(here.root, 'coder');
  await mq.registerAgent('coder');
  await mq.sendMany(
    HOSTILE_IDS.map((id) =>
      task({
        workflow_id: id,
        task_id: id,
        message_id: id,
        retry_policy: { max_retries: 1, backoff_seconds: 0 },
      }),
    ),
  );
  const paths = new Set<string>();
  const seen: [deliveries: number, string, string, string][] = [];
  await workUntilEmpty(
    mq,
    {
      task_assignment: ({ workflow_id, task_id, message_id }, { deliveries }) => {
        for (const path of underway(here.root)) paths.add(path);
        seen.push([deliveries, workflow_id, task_id, message_id]);
        if (deliveries === 1) throw new Error('once more');
      },
    },
    { concurrency: 4 },
  );
  for (const delivery of [1, 2]) {
    const ids = seen.filter(([deliveries]) => deliveries === delivery).map(([, ...rest]) => rest);
    expect(sorted(ids)).toEqual(sorted(HOSTILE_IDS.map((id) => [id, id, id])));
  }
  await inGroups(HOSTILE_IDS, async (id) => {
    const reports = await mq.operations.find(id);
    expect(
      reports.map(({ message }) => message?.message_id),
      id,
    ).toEqual([id]);
  });
  await mq.sendMany(
    HOSTILE_IDS.map((id) => task({ workflow_id: id, task_id: id, message_id: `bad ${id}`.slice(0, 512) })),
  );
  await workUntilEmpty(mq, { task_assignment: () => ({ verdict: 'reject', reason: 'no' }) });
  const dead: (string | null | undefined)[] = [];
  for await (const { reason } of mq.operations.deadLetters()) dead.push(reason?.message.task_id);
  expect(sorted(dead)).toEqual(sorted(HOSTILE_IDS));
  for (const path of tree(here.root)) paths.add(path);
  checkPaths([...paths]);
  expect(readdirSync(here.path)).toEqual(['messages']);
});

test('a message of any id is found with all its copies, and not with others whose ids begin like it', async () => {
  await using here = await place();
  await using mq = await open(here.root, 'coder');
  await mq.registerAgent('coder');
  const messages = HOSTILE_IDS.map((id) => task({ message_id: id }));
  await mq.sendMany(messages);
  await workUntilEmpty(mq);
  await mq.sendMany(messages);
  await inGroups(HOSTILE_IDS, async (id) => {
    const reports = await mq.operations.find(id);
    expect(
      reports.map(({ entry, message }) => [entry.state, message?.message_id]),
      id,
    ).toEqual([
      ['ready', id],
      ['processed', id],
    ]);
    for (const { entry } of reports) {
      const [found] = await mq.operations.find(entry.entryId);
      expect(found?.entry.entryId).toBe(entry.entryId);
    }
  });
});

test('ids from outside, in content and in names, cannot leave their box', async () => {
  await using here = await place();
  await using mq = await open(here.root, 'coder');
  await mq.registerAgent('coder');
  const before = tree(here.path).filter((path) => !path.startsWith('messages'));
  for (const [index, id] of HOSTILE_IDS.entries()) {
    const fields = { workflow_id: id, task_id: id, message_id: id, message_type: 'task_assignment' };
    drop(here.root, `inbox/coder/${index}.json`, taskText(fields));
    drop(
      here.root,
      `inbox/coder/${index}-misrouted.json`,
      taskText({ ...fields, assigned_to: id, task_id: 'm' }),
    );
  }
  expect((await workUntilEmpty(mq)).toSorted()).toEqual(HOSTILE_IDS.toSorted());
  expect(await counts(mq)).toMatchObject({ leased: 0, dead: HOSTILE_IDS.length, unadopted: 0 });
  checkPaths(tree(here.root));
  expect(tree(here.path).filter((path) => !path.startsWith('messages'))).toEqual(before);
});

test('a mistyped agent with a hostile name is an error that names the nearest', async () => {
  await using here = await place();
  await using mq = await open(here.root, 'boss');
  await mq.registerAgent('../../x');
  await expect(mq.send(task({ assigned_to: '../../y' }))).rejects.toMatchObject({
    code: 'ERR_UNKNOWN_AGENT',
    message: expect.stringContaining('"../../x"'),
  });
  expect(files(join(here.root, 'inbox'))).toEqual([]);
});

test('any id at all makes a legal path, differs from every other, and comes back', async () => {
  await using here = await place();
  await using mq = await open(here.root, 'coder');
  const id = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    .filter((text) => text.length <= 512 && !/[\u0000-\u001f\u007f-\u009f]/.test(text));
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(id, { minLength: 1, maxLength: 5 }), async (ids) => {
      for (const one of ids) await mq.registerAgent(one);
      const known = await mq.agents();
      for (const one of ids) expect(known).toContain(one);
      checkPaths(listed(join(here.root, 'inbox')));
    }),
    { numRuns: 40 },
  );
  checkPaths(tree(join(here.root, 'inbox'))); // At the end only, as it lists each of them.
});

test('message types of any length are delivered to their handlers', async () => {
  await using here = await place();
  const types = [
    't',
    'code_review',
    'exactly_twenty_two_abc',
    'longer_than_twenty_two_characters',
    'x'.repeat(64),
  ];
  const definitions = types.map((type) => defineMessage(type, Type.Object({ n: Type.Number() })));
  await using mq = await openQueue({
    root: here.root,
    agent: 'coder',
    retention: false,
    messages: definitions,
  });
  await mq.registerAgent('coder');
  const envelope = { agent_id: 'boss', workflow_id: 'w', task_id: 't' };
  for (const [n, definition] of definitions.entries()) {
    await mq.send(definition({ ...envelope, message_id: `m${n}`, n }), { to: 'coder' });
  }
  await mq.send(statusUpdate({ ...envelope, status: 'queued' }), { to: 'coder' });
  const handled: string[] = [];
  const handlers = Object.fromEntries(
    types.map((type) => [
      type,
      (message: { message_type: string }) => void handled.push(message.message_type),
    ]),
  );
  await mq.work(handlers, { untilEmpty: true }).done;
  expect(handled.toSorted()).toEqual(types.toSorted());
  expect(await counts(mq)).toMatchObject({ ready: 1 }); // The status update, which has no handler here.
});
