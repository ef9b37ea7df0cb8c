import { FsAtomicError } from '@tapps-agents/fs-atomic';
import { statusUpdate } from '@tapps-agents/contracts';
import { expect, test } from 'vitest';
import { failOnLeaks } from './support/leaks.ts';
import { eventsOf, faulty, names, site, task } from './support-behaviour.ts';

failOnLeaks();

const update = statusUpdate({
  agent_id: 'orchestrator',
  workflow_id: 'w',
  task_id: 't',
  status: 'in_progress',
});

test('of many of which some cannot be sent, it is told which were', async () => {
  await using here = await site();
  const fileSystem = faulty();
  const queue = await here.open('orchestrator', { fileSystem });
  await queue.registerAgent('coder');
  await queue.send(update); // So that both boxes are there.
  const sent = eventsOf(queue, 'sent');
  fileSystem.fail({ verb: 'rename', path: /outbox/, code: 'EACCES', times: Number.POSITIVE_INFINITY });
  const error: unknown = await queue
    .sendMany([update, task({ message_id: 'm1' })])
    .catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(FsAtomicError);
  const [name] = await names(here.at('inbox', 'coder'));
  expect(error).toMatchObject({
    code: 'ERR_ACCESS_DENIED',
    published: [here.at('inbox', 'coder', name ?? '')],
  });
  expect(sent.map(({ messageId }) => messageId)).toEqual(['m1']);
});
