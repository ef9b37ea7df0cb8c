import { taskAssignment } from '@tapps-agents/contracts';
import { expect, test } from 'vitest';
import { inWorld, quietWorld, runProgram } from './support/quiet-world.ts';

test('what a handler sends on counts with the delivery that it was said in, not with an earlier one of the same number', async () => {
  const world = quietWorld(1);
  const { history } = world;
  const passedOn: (readonly string[] | undefined)[] = [];
  await inWorld(world, () =>
    runProgram(world, async (_world, process) => {
      await using queue = await world.open(process, 'boss');
      const ids = {
        message_id: 'm1',
        workflow_id: 'w',
        task_id: 't',
        created_at: '2026-01-01T00:00:00.000Z',
      };
      await queue.send(taskAssignment({ ...ids, agent_id: 'boss', assigned_to: 'coder' }), {
        register: true,
      });
      const result = await queue.store.openBox({ kind: 'inbox', agentId: 'coder' }).claim();
      if (result.kind === 'empty') throw new Error('The message that was sent is not there.');
      const { claimed } = result;
      const { box, run, deliveries } = claimed.entry;
      const inHand = { box, run, deliveries, message_id: 'm1' };
      history.handedOut(process, inHand);
      history.passes(process, inHand, 'part');
      history.ackBegan(process, claimed, 'm1', false);
      passedOn.push(history.passedOn.get('m1'));
      history.handedOut(process, inHand);
      history.ackBegan(process, claimed, 'm1', false);
      passedOn.push(history.passedOn.get('m1'));
    }),
  );
  expect(passedOn).toEqual([['part'], []]);
});
