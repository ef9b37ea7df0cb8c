import { statSync } from 'node:fs';
import { join } from 'node:path';
import { onLinuxOnly, registered, type Case } from '../case.ts';
import { anything, Difference, jsonWith } from '../expectation.ts';
import { leased, ledger, ready } from '../file-name.ts';
import { json, status, task } from '../message.ts';
import { VECTORS } from '../vectors.ts';
import { waiting } from './claiming.ts';

const M1 = json(task());
const UNDERSCORES = json(task({ message_id: 'm_1', workflow_id: 'w_1', task_id: 't_1' }));

/** A status with every field, as a writer may have to write it. */
function complete(message: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...message, idempotency_key: null, metadata: {}, progress_percent: null, current_step: null };
}

/** What else holds of an acknowledgement, and of the end of a session. */
export const endingCases: readonly Case[] = [
  {
    name: 'ack-stamps-the-time',
    rules: ['R44'],
    role: 'consumer',
    title: 'A ledger entry has the time of its acknowledgement.',
    before: { ...registered('coder'), ...waiting({}) },
    run: async (bench) => {
      bench.setTime(ready({ nonce: '000000' }), 1_000_000_000);
      const consumer = bench.open();
      const { lease } = await consumer.claim();
      await consumer.do('ack', { lease });
      const age_ms = Date.now() - statSync(join(bench.root, ledger())).mtimeMs;
      if (Math.abs(age_ms) > 60_000)
        throw new Difference(`the ledger entry’s time is ${Math.round(age_ms / 1_000)} s ago`);
    },
    after: { [ledger()]: M1 },
  },
  {
    name: 'ack-encoded',
    rules: ['R8', 'R44'],
    role: 'consumer',
    title: 'Workflow, task and message have encoded places in the ledger.',
    before: registered('coder'),
    run: async (bench) => {
      const consumer = bench.open();
      for (const { kind, id, segment } of VECTORS) {
        if (kind === 'agent' || kind === 'type') continue;
        const ids = { message_id: `x-${kind}`, workflow_id: 'w-1', task_id: 't-1', [`${kind}_id`]: id };
        bench.plant({ 'inbox/coder/a.json': json(task(ids)) });
        const { lease } = await consumer.claim();
        await consumer.do('ack', { lease });
        const message = kind === 'message' ? segment : `x-${kind}`;
        const place = `processed/inbox/coder/${kind === 'workflow' ? segment : 'w-1'}/${kind === 'task' ? segment : 't-1'}/${message}.json`;
        if (!bench.survey().has(place)) throw new Difference(`missing: ${place}`);
      }
    },
  },
  {
    name: 'ack-with-underscores',
    rules: ['R8', 'R41', 'R44'],
    role: 'consumer',
    title: 'An underscore is encoded in message ids, and kept in all others.',
    before: { ...registered('coder'), 'inbox/coder/a.json': UNDERSCORES },
    run: async (bench) => {
      const consumer = bench.open();
      const { lease } = await consumer.claim();
      await consumer.do('ack', { lease });
    },
    after: { 'processed/inbox/coder/w_1/t_1/m%5f1.json': UNDERSCORES },
  },
  {
    name: 'duplicate-with-underscores',
    rules: ['R8', 'R41'],
    role: 'consumer',
    title: 'What was handled is found where its ids have underscores too.',
    before: {
      ...registered('coder'),
      'processed/inbox/coder/w_1/t_1/m%5f1.json': UNDERSCORES,
      'inbox/coder/a.json': UNDERSCORES,
    },
    run: (bench) => bench.open().claimNothing(),
    after: {
      'processed/inbox/coder/w_1/t_1/m%5f1.json': UNDERSCORES,
      'processed/inbox/coder/w_1/t_1/m%5f1~dup~{nonce}.json': UNDERSCORES,
    },
  },
  {
    name: 'ack-with-messages',
    rules: ['R50'],
    role: 'consumer',
    title: 'What a message leads to is published before its acknowledgement.',
    before: { ...registered('coder'), ...waiting({}) },
    run: async (bench) => {
      const witness = bench.watch('outbox/coder', 'processed/inbox/coder/w-1/t-1');
      const consumer = bench.open();
      const { lease } = await consumer.claim();
      await consumer.do('ack', {
        lease,
        send: [complete(status({ message_id: 'm-2', status: 'completed' }))],
      });
      await witness.sawInOrder('outbox/coder/{any}.json', ledger());
      await witness.sawNoChange('outbox/coder/{any}.json');
    },
    after: {
      [ledger()]: M1,
      'outbox/coder/{any}.json': jsonWith({ message_id: 'm-2', status: 'completed' }),
    },
    skip: onLinuxOnly,
  },
  {
    name: 'settle-once',
    rules: ['R44', 'R46'],
    role: 'consumer',
    title: 'A message that was settled cannot be settled again.',
    before: { ...registered('coder'), ...waiting({}) },
    run: async (bench) => {
      const consumer = bench.open();
      const { lease } = await consumer.claim();
      await consumer.do('ack', { lease });
      for (const command of ['ack', 'release', 'retry', 'reject', 'renew']) {
        const answer = await consumer.session.ask({ command, lease, reason: 'again', error: 'again' });
        if (answer.error === undefined)
          throw new Difference(`${command}: the message was settled already, and it succeeded`);
      }
    },
    after: { [ledger()]: M1 },
  },
  {
    name: 'end-in-good-order',
    rules: ['R30', 'R46'],
    role: 'consumer',
    title: 'Who ends hands back what it holds, without blame, and removes its record.',
    before: { ...registered('coder'), ...waiting({}), ...waiting({ id: 'm-2' }) },
    run: async (bench) => {
      const consumer = bench.open();
      await consumer.claim();
      await consumer.claim();
      await consumer.end();
      const owners = [...bench.survey().keys()].filter((path) => path.startsWith('locks/owners/'));
      if (owners.length > 0) throw new Difference(`its record is still there: ${owners.join(', ')}`);
    },
    after: { [ready({ d: 1, r: 1 })]: M1, [ready({ id: 'm-2', d: 1, r: 1 })]: anything },
  },
  {
    name: 'lease-stands-still',
    rules: ['R30', 'R35'],
    role: 'consumer',
    title: 'A lease’s name stands still while it is renewed.',
    before: { ...registered('coder'), ...waiting({}) },
    run: async (bench) => {
      const consumer = bench.open('coder', 1_200);
      const { lease } = await consumer.claim();
      const witness = bench.watch('locks/inbox/coder');
      const until = Date.now() + 2_500;
      while (Date.now() < until) {
        await consumer.do('renew', { lease });
        await consumer.claimNothing(200);
      }
      await witness.sawNothingMove();
      if (!bench.survey().has(lease)) throw new Difference(`the lease ${lease} is gone`);
    },
    after: { [leased({ d: 1 })]: M1 },
    skip: onLinuxOnly,
  },
];
