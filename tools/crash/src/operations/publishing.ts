import type { Operation } from '../operation.ts';
import { task, withQueue } from './messages.ts';

/** A message comes into its box. */
export const publishing: readonly Operation[] = [
  {
    name: 'publish',
    summary: 'send a task, durably',
    arrange: (site) => withQueue(site, async () => {}),
    async act(stage) {
      const queue = await stage.open();
      stage.begin();
      await queue.send(stage.offer(task('m1')));
      stage.tell({ told: 'sent', id: 'm1' });
    },
  },
  {
    name: 'publish-many',
    summary: 'send three tasks at once, durably',
    arrange: (site) => withQueue(site, async () => {}),
    async act(stage) {
      const queue = await stage.open();
      stage.begin();
      await queue.sendMany(['m1', 'm2', 'm3'].map((id) => stage.offer(task(id))));
      for (const id of ['m1', 'm2', 'm3']) stage.tell({ told: 'sent', id });
    },
  },
  {
    name: 'publish-again',
    summary: 'send again what was handled, not flushed',
    arrange: (site) =>
      withQueue(site, async (queue) => {
        await queue.send(site.know(task('m1')));
        await queue.work({ task_assignment: () => {} }, { untilEmpty: true }).done;
      }),
    async act(stage) {
      const queue = await stage.open();
      stage.begin();
      await queue.send(stage.offer(task('m1')), { durability: 'none' });
      stage.tell({ told: 'sent', id: 'm1' });
    },
  },
  {
    name: 'publish-first',
    summary: 'send to an agent that nobody knows yet',
    arrange: (site) => withQueue(site, async () => {}),
    async act(stage) {
      const queue = await stage.open();
      stage.begin();
      await queue.send(stage.offer(task('m1', 'reviewer')), { register: true });
      stage.tell({ told: 'sent', id: 'm1' });
    },
  },
];
