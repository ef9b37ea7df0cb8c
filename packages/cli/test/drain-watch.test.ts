import { join } from 'node:path';
import { taskAssignment } from '@tapps-agents/contracts';
import { openQueue, reject } from '@tapps-agents/queue';
import { expect, it } from 'vitest';
import { waitUntilDrained } from '../src/draining/drain-watch.ts';
import type { DrainOptions } from '../src/draining/drain-watch.ts';
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

it('gives up when the time is over with what is left, not before it knows that nothing is', async () => {
  await using queue = await openQueue({
    root: join(temporaryDirectory(), 'messages'),
    agent: 'coder',
    retention: false,
  });
  await queue.registerAgent('coder');
  const send = async (message_id: string): Promise<unknown> => {
    const address = { agent_id: 'boss', assigned_to: 'coder', workflow_id: 'w', task_id: 't' };
    return await queue.send(taskAssignment({ ...address, message_id }));
  };
  const pauses: number[] = [];
  const drain = async (onLook: DrainOptions['onLook']): Promise<boolean> => {
    const options = { timeout_ms: 0, skipDelayed: false, signal: new AbortController().signal, onLook };
    const { drained } = await waitUntilDrained(queue, {
      boxes: [{ kind: 'inbox', agentId: 'coder' }],
      clock: { now: () => 0, pause: async (pause_ms) => void (await Promise.resolve(pauses.push(pause_ms))) },
      ...options,
    });
    return drained;
  };
  expect(await drain(() => undefined)).toBe(true);
  expect(pauses).toEqual([50, 50]);
  let looks = 0;
  const drained = await drain(async () => {
    looks += 1;
    if (looks === 1) await send('late');
  });
  expect([drained, looks]).toEqual([false, 2]);
});
