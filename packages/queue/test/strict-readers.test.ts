import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { statusUpdate } from '@tapps-agents/contracts';
import { expect, test } from 'vitest';
import { strictReaderAccepts } from '../../contracts/test/strict-reader.ts';
import { openQueue, reject } from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { task } from './support/messages.ts';
import { files, place } from './support/place.ts';

failOnLeaks();

/** Every message's file below a root, whatever its state; reasons and records are none. */
function messageFiles(root: string): string[] {
  return files(root).filter(
    (path) =>
      /^(?:inbox|outbox|dlq|processed|locks\/(?:in|out)box)\//.test(path) && !path.endsWith('.reason.json'),
  );
}

test('whatever this queue writes by itself is read by a reader of 1.0 that forbids unknown fields', async () => {
  await using here = await place();
  await using mq = await openQueue({
    root: here.root,
    agent: 'coder',
    retention: false,
    retry: { maxDeliveries: 2, backoff: '1ms' },
  });
  await mq.registerAgent('coder');
  await mq.registerAgent('critic');
  const ids = ['done', 'rejected', 'exhausted', 'timed-out'];
  await mq.sendMany(ids.map((message_id) => task({ message_id, task_id: message_id })));
  await mq.send(statusUpdate({ agent_id: 'coder', workflow_id: 'w', task_id: 't', status: 'queued' }));
  const handler = {
    task_assignment: async ({ message_id }, ctx) => {
      if (message_id === 'rejected') return reject('it can never be done');
      if (message_id === 'exhausted') throw new Error('again');
      if (message_id === 'timed-out') return await new Promise(() => {});
      await ctx.report({ status: 'in_progress', progress_percent: 50, current_step: 'half' });
      ctx.send(task({ agent_id: 'coder', assigned_to: 'critic', task_id: 'sub' }));
      return { output_files: ['a.ts'], metrics: { lines: 3 }, output: { nested: { x: null } } };
    },
  } satisfies Parameters<typeof mq.work>[0];
  await mq.work(handler, { untilEmpty: true, handlerTimeout: '50ms' }).done;
  for await (const { outcome } of mq.operations.replay({ dryRun: false })) expect(outcome).toBe('replayed');
  for await (const { outcome } of mq.operations.replay({
    from: 'processed',
    force: true,
    dryRun: false,
    filter: { id: 'done' },
  }))
    expect(outcome).toBe('replayed');
  await mq.work(handler, { untilEmpty: true, handlerTimeout: '50ms' }).done;

  const written = messageFiles(here.root);
  const kinds: Record<string, number> = {};
  for (const path of written) {
    const text = readFileSync(join(here.root, path), 'utf8');
    expect([path, strictReaderAccepts(text)]).toEqual([path, true]);
    const { message_type, status = '' } = JSON.parse(text) as { message_type: string; status?: string };
    const kind = `${message_type} ${status}`;
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  // Tasks, reports, results, and the failures that the queue answered with for whoever waits.
  expect(Object.keys(kinds).sort()).toEqual([
    'status_update in_progress',
    'status_update queued',
    'task_assignment ',
    'task_complete completed',
    'task_complete failed',
  ]);
  expect(kinds['task_complete failed']).toBeGreaterThanOrEqual(3);
});
