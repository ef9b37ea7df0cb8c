import { join } from 'node:path';
import { taskAssignment } from '@tapps-agents/contracts';
import { openQueue, reject } from '@tapps-agents/queue';
import { expect, it } from 'vitest';
import { waitUntilDrained } from '../src/draining/drain-watch.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

it('counts what dies while it waits, and not what was dead before', async () => {
  await using queue = await openQueue({
    root: join(temporaryDirectory(), 'messages'),
    agent: 'coder',
    retention: false,
  });
  await queue.registerAgent('coder');
  const address = { agent_id: 'boss', assigned_to: 'coder', workflow_id: 'w', task_id: 't' };
  const rejectAll = (): Promise<void> =>
    queue.work({ task_assignment: () => reject('no') }, { untilEmpty: true }).done;
  await queue.send(taskAssignment({ ...address, message_id: 'earlier' }));
  await rejectAll();
  await queue.sendMany(['a', 'b', 'c'].map((message_id) => taskAssignment({ ...address, message_id })));
  const lefts: number[] = [];
  const drained = await waitUntilDrained(queue, {
    boxes: [{ kind: 'inbox', agentId: 'coder' }],
    timeout_ms: null,
    skipDelayed: false,
    signal: new AbortController().signal,
    clock: { now: () => 0, pause: () => Promise.resolve() },
    onLook: async (left) => {
      lefts.push(left);
      if (lefts.length === 1) await rejectAll();
    },
  });
  expect(drained).toMatchObject({ drained: true, boxes: [{ ready: 0, leased: 0, died: 3 }] });
  expect(lefts[0]).toBe(3);
});
