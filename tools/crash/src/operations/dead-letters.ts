import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Queue } from '@tapps-agents/queue';
import type { Operation, Site } from '../operation.ts';
import { take, task, waiting, withQueue } from './messages.ts';

/** A message is given up, and brought back. */
export const deadLetters: readonly Operation[] = [
  {
    name: 'quarantine',
    summary: 'reject a task: the answer, the reason, the message',
    arrange: (site) => waiting(site, 'm1'),
    async act(stage) {
      const queue = await stage.open();
      const delivery = await take(stage, queue);
      stage.begin();
      await delivery.reject('no such file');
      stage.tell({ told: 'rejected', id: 'm1' });
    },
  },
  {
    name: 'quarantine-unreadable',
    summary: 'find a file that is no message',
    async arrange(site) {
      await withQueue(site, async () => {});
      site.knowText('junk', junk);
      writeFileSync(join(site.root, 'inbox', 'coder', 'junk.json'), junk);
    },
    async act(stage) {
      const queue = await stage.open();
      stage.begin();
      await queue.work({ task_assignment: () => {} }, { limit: 1 }).done;
    },
    check({ atRest, violations }) {
      const dead = atRest.filter(({ kind }) => kind === 'dead');
      if (dead.length !== 1 || dead[0]?.text !== junk)
        violations.push({ rule: 'lost', detail: `${dead.length} dead of 1` });
    },
  },
  {
    name: 'exhaust',
    summary: 'fail for the last time',
    arrange: (site) =>
      withQueue(site, async (queue) => {
        await queue.send(site.know(task('m1')));
        for (let failures = 0; failures < 2; failures += 1) {
          const { value } = await queue.receive().next();
          await value?.retry({ delay: 0, error: new Error('not yet') });
        }
      }),
    async act(stage) {
      const queue = await stage.open();
      queue.events.on('quarantined', () => stage.tell({ told: 'rejected', id: 'm1' }));
      stage.begin();
      await queue.work({ task_assignment: fail }, { limit: 1 }).done;
    },
  },
  {
    name: 'replay',
    summary: 'bring two dead letters back',
    arrange: twoDead,
    async act(stage) {
      const queue = await stage.open();
      stage.begin();
      for await (const { outcome, messageId } of queue.operations.replay({ dryRun: false })) {
        if (outcome === 'replayed' && messageId !== null) stage.tell({ told: 'replayed', id: messageId });
      }
    },
    tryAgain: replayAll,
    check({ handled, violations }) {
      if (handled.filter(({ box }) => box === 'inbox/coder').length !== 2)
        violations.push({ rule: 'not handled', detail: `${handled.length} of 2 that were brought back` });
    },
  },
  {
    name: 'replay-processed',
    summary: 'handle again what was handled, by force',
    arrange: (site) =>
      withQueue(site, async (queue) => {
        await queue.send(site.know(task('m1')));
        await queue.work({ task_assignment: () => {} }, { untilEmpty: true }).done;
      }),
    async act(stage) {
      const queue = await stage.open();
      const filter = { agentId: 'coder', messageType: 'task_assignment' };
      stage.begin();
      for await (const { outcome, messageId } of queue.operations.replay({
        from: 'processed',
        force: true,
        dryRun: false,
        filter,
      })) {
        if (outcome === 'replayed' && messageId !== null) stage.tell({ told: 'replayed', id: messageId });
      }
    },
    check({ handled, atDeath, violations }) {
      const forced = atDeath.filter(({ kind, run }) => kind === 'ready' && run === 1).length;
      const again = handled.filter(({ id }) => id === 'm1');
      if (again.length !== forced || again.some(({ run }) => run !== 1))
        violations.push({ rule: 'not handled', detail: `${again.length} of ${forced} forced runs` });
    },
  },
];

function fail(): never {
  throw new Error('never');
}

const junk = '{"message_id": "m1", "what": ["no message]';

async function twoDead(site: Site): Promise<void> {
  await withQueue(site, async (queue) => {
    for (const id of ['m1', 'm2']) {
      await queue.send(site.know(task(id)));
      const { value } = await queue.receive().next();
      await value?.reject('no such file');
    }
  });
}

async function replayAll(queue: Queue): Promise<void> {
  for await (const _ of queue.operations.replay({ dryRun: false }));
}
