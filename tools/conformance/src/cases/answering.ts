import type { Case } from '../case.ts';
import { registered } from '../case.ts';
import { anything, jsonWith } from '../expectation.ts';
import { dead, header, ready, reason } from '../file-name.ts';
import { derivedId } from '../derived-id.ts';
import { json, task } from '../message.ts';
import { waiting } from './claiming.ts';

/** A task that is given up is answered; `id` is what R50 makes of it. */
function answered(name: string, title: string, content: string, d: number, box = 'coder', run = 0): Case {
  const x = run === 0 ? {} : { x: run };
  return {
    name,
    rules: ['R16', 'R17', 'R49', 'R50'],
    role: 'consumer',
    title,
    before: { ...registered('coder'), [ready({ nonce: '000000', d: d - 1, ...x })]: content },
    run: (bench) => bench.open().claimNothing(),
    after: {
      [dead({ d, ...x })]: content,
      [reason({ d, ...x })]: anything,
      'outbox/coder/{any}.json': jsonWith({
        message_type: 'task_complete',
        message_id: derivedId(box, 'm-1', String(run), 'given up'),
        agent_id: box,
        workflow_id: 'w-1',
        task_id: 't-1',
        status: 'failed',
        results: {
          errors: (value: unknown) =>
            (Array.isArray(value) && value.length > 0 && typeof value[0] === 'string') ||
            'it does not say why',
        },
        metadata: { causation_id: 'm-1' },
      }),
    },
  };
}

export const answeringCases: readonly Case[] = [
  answered(
    'answer-invalid',
    'Whoever waits for an invalid task is told.',
    json(task({ priority: 'urgent' })),
    1,
  ),
  {
    ...answered(
      'answer-well-formed',
      'A key that is no Unicode keeps neither the answer nor the reason back.',
      json(task({ metadata: { a: 'X' } })).replace(/"a": ?"X"/, '"\\ud800": 1e999'),
      1,
    ),
    rules: ['R49', 'R93'],
  },
  answered(
    'answer-misrouted',
    'Whoever waits for a misrouted task is told.',
    json(task({ assigned_to: 'reviewer' })),
    1,
  ),
  answered('answer-exhausted', 'Whoever waits for a task that kills its consumers is told.', json(task()), 6),
  answered(
    'answer-forced-run',
    'The answer of a forced run has an id of its own.',
    json(task({ priority: 'urgent' })),
    1,
    'coder',
    3,
  ),
  {
    name: 'answer-rejected',
    rules: ['R16', 'R49', 'R50'],
    role: 'consumer',
    title: 'Whoever waits for a rejected task is told.',
    before: { ...registered('coder'), ...waiting({}) },
    run: async (bench) => {
      const consumer = bench.open();
      const { lease } = await consumer.claim();
      await consumer.do('reject', { lease, reason: 'no' });
    },
    after: {
      [dead({ d: 1 })]: json(task()),
      [reason({ d: 1 })]: anything,
      'outbox/coder/{any}.json': jsonWith({
        message_id: derivedId('coder', 'm-1', '0', 'given up'),
        status: 'failed',
      }),
    },
  },
  {
    name: 'answer-nobody',
    rules: ['R49'],
    role: 'consumer',
    title: 'A message that does not tell its ids is answered by nobody.',
    before: { ...registered('coder'), [ready({ nonce: '000000' })]: json(task({ workflow_id: undefined })) },
    run: (bench) => bench.open().claimNothing(),
    after: { [`dlq/inbox/coder/${header({ d: 1 })}.json`]: anything, [reason({ d: 1 })]: anything },
  },
];
