import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { statusUpdate } from '@tapps-agents/contracts';
import { expect, test } from 'vitest';
import { strictReaderAccepts } from '../../contracts/test/strict-reader.ts';
import { openQueue, reject, type Queue, type ReplayOptions } from '../src/index.ts';
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

test('what is replayed in the place of another is read by it too: edited, or assigned to another agent', async () => {
  await using here = await place();
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false });
  await mq.registerAgent('coder');
  await mq.registerAgent('critic');
  // Another writer may leave out what has a default.
  const short = { inputs: undefined, idempotency_key: undefined, priority: 'urgent' };
  await dropIn(here.root, { ...task({ message_id: 'outside' }), ...short });
  for (const message_id of ['moved', 'moved-too']) await mq.send(task({ message_id }));
  await rejectAll(mq);
  const faults: (string | null)[] = [];
  const edits: ((message: Record<string, unknown>) => object)[] = [
    (message) => ({ ...message, priority: 'high', priorty: 'high', created_at: '2026-01-09T00:00:00+00:00' }),
    (message) => ({ ...message, priorty: undefined }),
    (message) => ({ ...message, created_at: '2026-01-09T00:00:00.000Z' }),
  ];
  const edit: ReplayOptions['edit'] = ({ text, fault }) => {
    faults.push(fault);
    return Promise.resolve(
      JSON.stringify(edits[faults.length - 1]?.(JSON.parse(text) as Record<string, unknown>)),
    );
  };
  await replayed(mq, { filter: { id: 'outside' }, edit });
  expect(faults).toEqual([null, expect.stringContaining('/priorty'), expect.stringContaining('/created_at')]);
  await replayed(mq, { to: 'critic' });

  const written = messageFiles(here.root).filter((path) => path.startsWith('inbox/'));
  expect(written).toHaveLength(3);
  for (const path of written) {
    const text = readFileSync(join(here.root, path), 'utf8');
    expect([path, strictReaderAccepts(text)]).toEqual([path, true]);
    expect(JSON.parse(text)).toMatchObject({ metadata: { causation_id: expect.any(String) } });
  }
});

test('what a newer minor says, and how another writer says it, is passed on with the message to another agent', async () => {
  await using here = await place();
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false });
  await mq.registerAgent('coder');
  await mq.registerAgent('critic');
  const newer = { schema_version: '1.7', deadline: 'soon', created_at: '2026-01-09T00:00:00+00:00' };
  for (const message_id of ['one', 'two']) await dropIn(here.root, { ...task({ message_id }), ...newer });
  await rejectAll(mq);
  await replayed(mq, { filter: { id: 'one' }, to: 'critic' });
  await replayed(mq, { edit: ({ text }) => Promise.resolve(text.replace('soon', 'later')) });
  const sent = messageFiles(here.root)
    .filter((path) => path.startsWith('inbox/'))
    .map((path) => JSON.parse(readFileSync(join(here.root, path), 'utf8')) as object);
  expect(sent).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ schema_version: '1.7', deadline: 'soon', assigned_to: 'critic' }),
      expect.objectContaining({ schema_version: '1.7', deadline: 'later', assigned_to: 'coder' }),
    ]),
  );
});

async function dropIn(root: string, message: object): Promise<void> {
  const { message_id } = message as { message_id: string };
  await writeFile(join(root, 'inbox', 'coder', `${message_id}.json`), JSON.stringify(message));
}

async function rejectAll(mq: Queue): Promise<void> {
  await mq.work({ task_assignment: () => reject('not now') }, { untilEmpty: true }).done;
}

async function replayed(mq: Queue, options: ReplayOptions): Promise<void> {
  const outcomes: string[] = [];
  for await (const { outcome } of mq.operations.replay({ ...options, dryRun: false })) outcomes.push(outcome);
  expect(new Set(outcomes)).toEqual(new Set(['replayed']));
}

test('an integer that would be another one afterwards is handed back to the editor, and goes to no other agent', async () => {
  await using here = await place();
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false });
  await mq.registerAgent('coder');
  await mq.registerAgent('critic');
  const text = JSON.stringify(
    task({ message_id: 'counted', metadata: { tweet: 0, exact: 1e20, words: '"1234567890123456789' } }),
  ).replace('"tweet":0', '"tweet":1234567890123456789');
  await writeFile(join(here.root, 'inbox/coder/counted.json'), text);
  await rejectAll(mq);
  const steps = [];
  for await (const step of mq.operations.replay({ to: 'critic', dryRun: false })) steps.push(step);
  expect(steps).toMatchObject([
    {
      outcome: 'will_fail',
      detail: expect.stringContaining('the integer 1234567890123456789 would be written'),
    },
  ]);
  const shown: (string | null)[] = [];
  const edit: ReplayOptions['edit'] = ({ text: before, fault }) => {
    shown.push(before, fault);
    if (fault === null) return Promise.resolve(before.replace('"medium"', '"high"'));
    return Promise.resolve(before.replace('"tweet":1234567890123456789', '"tweet":"1234567890123456789"'));
  };
  await replayed(mq, { edit });
  expect(shown).toEqual([
    text,
    null,
    text.replace('"medium"', '"high"'),
    'the integer 1234567890123456789 would be written as 1234567890123456800, since it is beyond 2^53 - 1. Make it a string, as in "1234567890123456789".',
  ]);
  const path = messageFiles(here.root).find((file) => file.startsWith('inbox/')) ?? '';
  expect(JSON.parse(readFileSync(join(here.root, path), 'utf8'))).toMatchObject({
    priority: 'high',
    metadata: { tweet: '1234567890123456789', exact: 1e20 },
  });
});
