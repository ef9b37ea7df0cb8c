import { statusUpdate } from '@tapps-agents/contracts';
import type { Operation } from '../operation.ts';
import { take, task, waiting, withQueue } from './messages.ts';

/** A message in hand is settled, one way or the other. */
export const settling: readonly Operation[] = [
  {
    name: 'ack',
    summary: 'acknowledge, durably, and publish an update with it',
    arrange: (site) => waiting(site, 'm1'),
    async act(stage) {
      const queue = await stage.open({ ackDurability: 'full' });
      const delivery = await take(stage, queue);
      const ids = { agent_id: 'coder', workflow_id: 'w', task_id: 'm1', message_id: 'u1' };
      const update = stage.offer(statusUpdate({ ...ids, status: 'completed' }));
      stage.begin();
      await delivery.ack({ publish: [update] });
      stage.tell({ told: 'sent', id: 'u1' });
      stage.tell({ told: 'acked', id: 'm1' });
    },
  },
  {
    name: 'ack-duplicate',
    summary: 'finish a copy of what was handled already',
    arrange: (site) =>
      withQueue(site, async (queue) => {
        const message = site.know(task('m1'), 2);
        await queue.send(message);
        await queue.work({ task_assignment: () => {} }, { untilEmpty: true }).done;
        await queue.send(message);
      }),
    async act(stage) {
      const queue = await stage.open();
      stage.begin();
      await queue.work({ task_assignment: () => {} }, { limit: 1 }).done;
    },
  },
  {
    name: 'retry',
    summary: 'fail, to be tried again',
    arrange: (site) => waiting(site, 'm1'),
    async act(stage) {
      const queue = await stage.open();
      const delivery = await take(stage, queue);
      stage.begin();
      await delivery.retry({ error: new Error('not yet') });
      stage.tell({ told: 'retried', id: 'm1', deliveries: 1 });
    },
  },
  {
    name: 'snooze',
    summary: 'put it off without blame',
    arrange: (site) => waiting(site, 'm1'),
    async act(stage) {
      const queue = await stage.open();
      const delivery = await take(stage, queue);
      stage.begin();
      await delivery.snooze('10m');
      stage.tell({ told: 'released', id: 'm1', deliveries: 1 });
    },
  },
  {
    name: 'close',
    summary: 'close the queue while two messages are in hand',
    arrange: (site) => waiting(site, 'm1', 'm2'),
    async act(stage) {
      const queue = await stage.open();
      const receiver = queue.receive();
      for (let count = 0; count < 2; count += 1) {
        const { value } = await receiver.next();
        if (value !== undefined)
          stage.tell({ told: 'claimed', id: value.message.message_id, deliveries: value.deliveries });
      }
      stage.begin();
      await queue.close();
      for (const id of ['m1', 'm2']) stage.tell({ told: 'released', id, deliveries: 1 });
    },
  },
];
