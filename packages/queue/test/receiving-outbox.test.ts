import { rmSync } from 'node:fs';
import { statusUpdate } from '@tapps-agents/contracts';
import { expect, test } from 'vitest';
import { eventsOf, site } from './support-behaviour.ts';

test('an outbox is received from where there is such an agent; a mistyped one is an error, and one without an outbox has nothing', async () => {
  await using place = await site();
  const boss = await place.open('boss');
  const errors = eventsOf(boss, 'error');
  await boss.registerAgent('coder');
  rmSync(place.at('outbox', 'coder'), { recursive: true });
  const receive = (outboxOf: string) =>
    boss.receive({ outboxOf, untilEmpty: true, signal: AbortSignal.timeout(3_000) });
  await expect(receive('codr').next()).rejects.toMatchObject({
    code: 'ERR_UNKNOWN_AGENT',
    message: expect.stringContaining('Did you mean "coder"?'),
  });
  expect(await receive('coder').next()).toEqual({ done: true, value: undefined });
  expect(errors).toEqual([]);
  const wrote = { workflow_id: 'w', task_id: 't', agent_id: 'nobody registered', status: 'queued' } as const;
  await boss.send(statusUpdate(wrote));
  const { value: delivery } = await receive('nobody registered').next();
  expect(delivery?.message).toMatchObject(wrote);
  await delivery?.ack();
});
