import { serializeMessage, taskAssignment, type TaskAssignment } from '@tapps-agents/contracts';
import type { Queue } from '@tapps-agents/queue';
import { expect, test } from 'vitest';
import { checkNow } from '../src/checks.ts';
import { checkAfterLoss, heldAtLoss } from '../src/ledger-checks.ts';
import { destinationNotFlushed, namesNotFlushedAnew, sourceNotFlushed } from '../src/planted/ledger.ts';
import type { SimulatedProcess } from '../src/simulated-process.ts';
import type { Tampering, World } from '../src/world.ts';
import { inWorld, quietWorld } from './support/quiet-world.ts';

/* What was acknowledged at durability `full` is in the ledger after a loss of power, and is nowhere else. */

function task(message_id: string): TaskAssignment {
  const ids = { message_id, workflow_id: 'w', task_id: 't', created_at: '2026-01-01T00:00:00.000Z' };
  return taskAssignment({ ...ids, agent_id: 'boss', assigned_to: 'coder' });
}

async function handle(queue: Queue): Promise<void> {
  for await (const delivery of queue.receive()) {
    await delivery.ack();
    return;
  }
}

/** One acknowledges twice at `full`; meanwhile retention removes the ledger's directories, and another makes them anew. */
async function losePowerAfterwards(
  seed: number,
  splitsRenames: boolean,
  tampering?: Tampering,
): Promise<World> {
  const changes = { forgets: true, retentionInterval: '30d', splitsRenames } as const;
  const world = quietWorld(seed, changes, tampering);
  const { history, machine } = world;
  const opened = async (process: SimulatedProcess, agent: string, full: boolean): Promise<Queue> => {
    const queue = await world.open(process, agent, { ackDurability: full ? 'full' : 'none' });
    await queue.registerAgent('coder');
    return queue;
  };
  const sendOne = async (queue: Queue, id: string): Promise<void> => {
    const message = task(id);
    history.sendBegan(id, serializeMessage(message), 'full');
    await queue.send(message, { durability: 'full' });
    history.sendSucceeded(id, 'full');
  };
  const course = { turn: 0 };
  const reached = async (process: SimulatedProcess, wanted: number): Promise<void> => {
    while (course.turn < wanted) await world.sleep(process, 50);
  };
  await inWorld(world, async () => {
    world.start('acknowledges at full', async (_world, process) => {
      const queue = await opened(process, 'coder', true);
      await reached(process, 1);
      await handle(queue);
      course.turn = 2;
      await reached(process, 4);
      await handle(queue);
      course.turn = 5;
      await new Promise(() => undefined);
    });
    world.start('sends, and retains', async (_world, process) => {
      const queue = await opened(process, 'boss', false);
      await sendOne(queue, 'm1');
      course.turn = 1;
      await reached(process, 2);
      await world.sleep(process, 5_000);
      expect((await queue.operations.retain())?.directories).toBeGreaterThan(0);
      await sendOne(queue, 'm2');
      course.turn = 3;
      await reached(process, 5);
      await new Promise(() => undefined);
    });
    world.start('acknowledges without', async (_world, process) => {
      await reached(process, 3);
      const queue = await opened(process, 'coder', false);
      await handle(queue);
      const boss = await opened(process, 'boss', false);
      await sendOne(boss, 'm3');
      course.turn = 4;
      await new Promise(() => undefined);
    });
    await machine.run({ steps: 100_000, until_ms: machine.now_ms + 60_000 }, () => course.turn === 5);
    expect(course.turn).toBe(5);
    expect(history.finishedDurably().map(({ id }) => id)).toEqual(['m1', 'm3']);
    const held = heldAtLoss(world);
    history.split(machine.crash());
    checkAfterLoss(world, held);
    checkNow(world);
  });
  return world;
}

async function rulesOf(splitsRenames: boolean, tampering?: Tampering): Promise<string[]> {
  const rules = new Set<string>();
  const most = tampering === undefined ? 10 : 100;
  for (let seed = 1; seed <= most && rules.size === 0; seed += 1) {
    const { history } = await losePowerAfterwards(seed, splitsRenames, tampering);
    for (const { rule } of history.violations) rules.add(rule);
  }
  return [...rules];
}

test.each([
  ['with a journal', false],
  ['without a journal', true],
])('also in directories that others removed and made anew, %s', async (_where, splitsRenames) => {
  expect(await rulesOf(splitsRenames)).toEqual([]);
});

// With a journal, a rename whose source was flushed has happened; without, that says nothing of its destination.
test.each([
  ['names that are not flushed anew', false, namesNotFlushedAnew, 'acknowledgement lost'],
  ['a destination that is not flushed', true, destinationNotFlushed, 'acknowledgement lost'],
  ['a source that is not flushed', true, sourceNotFlushed, 'in two places'],
])('the check notices %s', async (_what, splitsRenames, tampering, rule) => {
  expect(await rulesOf(splitsRenames, tampering)).toEqual([rule]);
});
