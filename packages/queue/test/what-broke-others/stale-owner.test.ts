import { join } from 'node:path';
import { statusUpdate } from '@tapps-agents/contracts';
import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { FaultyFileSystem, ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { openQueue, type Box, type Claimed, type Delivery, type Queue } from '../../src/index.ts';
import { FAULTS_OF_OTHERS } from '../support/faults-of-others.ts';
import { failOnLeaks } from '../support/leaks.ts';
import { task } from '../support/messages.ts';
import { files, listed, place, tree } from '../support/place.ts';

/*
 * Elsewhere, whoever had been given a message could acknowledge it, for as long as it liked: one that had been overtaken finished the
 * message of its successor, who was still at it.
 *
 * Here the right to settle is the lease's exact name, which carries the delivery and the owner and never comes back. A late
 * owner's rename finds nothing. (With real processes, stopped or blocked: lost-holders.test.ts, blocked-event-loop.test.ts.)
 */

failOnLeaks();

const INBOX: Box = { kind: 'inbox', agentId: 'coder' };
const UPDATE = statusUpdate({ agent_id: 'coder', workflow_id: 'w', task_id: 't', status: 'completed' });

/**
 * An owner that holds a message and whose clock stands still, so that no timer and no doubt tells it anything; and another
 * queue that has taken the message over.
 */
async function overtaken(
  root: string,
  fileSystem = nodeFileSystem(),
): Promise<{ late: Queue; other: Queue; delivery: Delivery; taken: Claimed } & AsyncDisposable> {
  const clock = new ManualClock();
  const late = await openQueue({
    root,
    agent: 'coder',
    retention: false,
    clock: new ManualClock(),
    fileSystem,
  });
  const other = await openQueue({ root, agent: 'coder', retention: false, clock });
  await late.registerAgent('coder');
  await late.send(task({ message_id: 'm' }));
  const { value: delivery } = (await late.receive().next()) as { value: Delivery };
  expect(await other.store.recover(INBOX)).toEqual([]); // The first look.
  // The lease, and a quarter of it: not quite. It looks often enough to know that it did not sleep itself.
  for (const wait_ms of [10_000, 10_000, 10_000, 7_499]) {
    clock.freeze(wait_ms);
    expect(await other.store.recover(INBOX)).toEqual([]);
  }
  clock.freeze(1);
  expect(await other.store.recover(INBOX)).toMatchObject([{ entry: { messageId: 'm', deliveries: 1 } }]);
  const result = await other.store.openBox(INBOX).claim();
  if (result.kind === 'empty') throw new Error('Nothing was there to claim.');
  return {
    late,
    other,
    delivery,
    taken: result.claimed,
    async [Symbol.asyncDispose]() {
      await late.close({ grace: 0 });
      await other.close({ grace: 0 });
    },
  };
}

const LATE: Readonly<Record<string, (delivery: Delivery) => Promise<void>>> = {
  ack: (delivery) => delivery.ack(),
  'ack with messages': (delivery) => delivery.ack({ publish: [UPDATE] }),
  retry: (delivery) => delivery.retry({ error: new Error('late') }),
  reject: (delivery) => delivery.reject('late'),
  snooze: (delivery) => delivery.snooze('1m'),
  renew: (delivery) => delivery.renew(),
};

test.each(Object.keys(LATE))('a late %s is refused, changes nothing and says nothing', async (name) => {
  await using here = await place();
  await using state = await overtaken(here.root);
  const before = tree(here.root);
  await expect(LATE[name]!(state.delivery)).rejects.toMatchObject({
    code: 'ERR_LEASE_LOST',
    messageId: 'm',
    agentId: 'coder',
  });
  expect(tree(here.root)).toEqual(before);
  expect(listed(join(here.root, 'outbox/coder'))).toEqual([]);
  expect(await state.late.operations.find('m')).toMatchObject([
    { entry: { state: 'leased', deliveries: 2 }, failures: [{ kind: 'lost', delivery: 1 }] },
  ]);
});

test.each(Object.keys(LATE))(
  'a late %s, when the message was finished meanwhile, is refused too',
  async (name) => {
    await using here = await place();
    await using state = await overtaken(here.root);
    const { other, taken } = state;
    const identity = {
      messageId: 'm',
      messageType: 'task_assignment',
      workflowId: 'w',
      taskId: 't',
      createdAt_ms: taken.entry.createdAt_ms,
      priority: 'medium',
    } as const;
    expect(await other.store.admit(taken, identity)).toBe('admitted');
    await other.store.ack(taken, identity, { durability: 'none' });
    const before = tree(here.root);
    await expect(LATE[name]!(state.delivery)).rejects.toMatchObject({ code: 'ERR_LEASE_LOST' });
    expect(tree(here.root)).toEqual(before);
    expect(files(join(here.root, 'processed'))).toEqual(['inbox/coder/w/t/m.json']);
  },
);

test.each(['ack', 'retry', 'reject', 'snooze'])(
  'a %s that is overtaken in the last moment, before its rename, is refused, and the message stays whole',
  async (name) => {
    await using here = await place();
    const clock = new ManualClock();
    const fileSystem = new FaultyFileSystem();
    const options = { root: here.root, agent: 'coder', retention: false } as const;
    await using late = await openQueue({ ...options, clock: new ManualClock(), fileSystem });
    await using other = await openQueue({ ...options, clock });
    await late.registerAgent('coder');
    await late.send(task({ message_id: 'm' }));
    const { value: delivery } = (await late.receive().next()) as { value: Delivery };
    for (let waited_ms = 0; waited_ms < 30_000; waited_ms += 10_000) {
      expect(await other.store.recover(INBOX)).toEqual([]);
      clock.freeze(10_000);
    }
    expect(await other.store.recover(INBOX)).toEqual([]);
    clock.freeze(7_500);
    fileSystem.onCall = async ({ verb, path }) => {
      if (verb !== 'rename' || !path.includes('locks/inbox/coder/')) return;
      fileSystem.onCall = undefined;
      expect(await other.store.recover(INBOX)).toHaveLength(1);
    };
    await expect(LATE[name]!(delivery)).rejects.toMatchObject({ code: 'ERR_LEASE_LOST' });
    expect(files(join(here.root, 'inbox'))).toHaveLength(1);
    expect(['locks/inbox', 'dlq', 'processed'].flatMap((below) => files(join(here.root, below)))).toEqual([]);
  },
);

test('the same notices an owner that is not fenced off', async () => {
  await using here = await place();
  const fileSystem = FAULTS_OF_OTHERS.noFencing(nodeFileSystem());
  await using state = await overtaken(here.root, fileSystem);
  await expect(state.delivery.ack()).resolves.toBeUndefined();
});
