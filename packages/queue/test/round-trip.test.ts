import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { taskAssignment, type StatusUpdate, type TaskComplete } from '@tapps-agents/contracts';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { openQueue } from '../src/index.ts';

test('a task goes out, progress and a result come back, and nothing is left in any box', async () => {
  await using directory = await temporaryDirectory();
  const root = `${directory.path}/messages`;
  await using mq = await openQueue({ root, agent: 'orchestrator' });
  await mq.registerAgent('coder');
  const sent = await mq.send(
    taskAssignment({ agent_id: 'orchestrator', assigned_to: 'coder', workflow_id: 'w', task_id: 't' }),
  );
  expect(sent).toMatchObject({
    status: 'queued',
    durability: 'full',
    box: { kind: 'inbox', agentId: 'coder' },
  });

  await using coder = await openQueue({ root, agent: 'coder' });
  const acked = once(coder.events, 'acked');
  await using worker = coder.work({
    task_assignment: async (_message, context) => {
      await context.report({ status: 'in_progress', progress_percent: 40 });
      return { output_files: ['report.md'] };
    },
  });
  await acked;

  const updates: StatusUpdate[] = [];
  const completions: TaskComplete[] = [];
  const collected = mq.collect(
    {
      status_update: (message) => void updates.push(message),
      task_complete: (message) => void completions.push(message),
    },
    { workflow_id: 'w', untilEmpty: true },
  );
  await collected.done;
  expect(updates.map(({ progress_percent }) => progress_percent)).toEqual([40]);
  expect(completions[0]).toMatchObject({
    status: 'completed',
    agent_id: 'coder',
    results: { output_files: ['report.md'] },
    metadata: { causation_id: sent.messageId },
  });
  const { boxes } = await mq.operations.inspect();
  for (const { ready, delayed, leased, dead, unadopted } of boxes) {
    expect([ready, delayed, leased, dead, unadopted]).toEqual([0, 0, 0, 0, 0]);
  }
  await worker.stop();
});

test('an empty directory is not set up by somebody who only looks', async () => {
  await using directory = await temporaryDirectory();
  await expect(openQueue({ root: directory.path, create: false })).rejects.toMatchObject({
    code: 'ERR_NOT_A_MESSAGES_DIRECTORY',
  });
  expect(await readdir(directory.path)).toEqual([]);
});
