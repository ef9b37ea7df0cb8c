import type { Delivery, Queue } from '@tapps-agents/queue';
import type { Operation, Site, Stage } from '../operation.ts';
import { task, withQueue } from './messages.ts';

/** So long that nobody waits for it, and over for the next processes, who come two hours later. */
const LEASE = '1h';

/** A message is taken by hand, and settled by its name in another process. */
export const byHand: readonly Operation[] = [
  {
    name: 'receive-detached',
    summary: 'take a message that outlives its process',
    arrange: (site) => withQueue(site, async (queue) => void (await queue.send(site.know(task('m1'))))),
    async act(stage) {
      const queue = await stage.open();
      stage.begin();
      const { value } = await queue.receive({ detached: true, lease: LEASE }).next();
      if (value !== undefined) stage.tell({ told: 'claimed', id: 'm1', deliveries: value.deliveries });
      await queue.close();
    },
  },
  {
    name: 'renew-detached',
    summary: 'give it more time, by its name',
    arrange: leaveDetached,
    async act(stage) {
      const delivery = await attach(stage);
      stage.begin();
      await delivery.renew(LEASE);
    },
  },
  {
    name: 'complete-detached',
    summary: 'finish it with its answer, by its name',
    arrange: leaveDetached,
    async act(stage) {
      const delivery = await attach(stage);
      stage.begin();
      await delivery.complete({ output_files: ['done'] });
      stage.tell({ told: 'acked', id: 'm1' });
    },
  },
  {
    name: 'retry-detached',
    summary: 'hand it back as failed, by its name',
    arrange: leaveDetached,
    async act(stage) {
      const delivery = await attach(stage);
      stage.begin();
      await delivery.retry({ error: new Error('not yet') });
      stage.tell({ told: 'retried', id: 'm1', deliveries: 1 });
    },
  },
  {
    name: 'reject-detached',
    summary: 'give it up, by its name',
    arrange: leaveDetached,
    async act(stage) {
      const delivery = await attach(stage);
      stage.begin();
      await delivery.reject('never');
    },
  },
];

async function leaveDetached(site: Site): Promise<void> {
  await withQueue(site, async (queue) => {
    await queue.send(site.know(task('m1')));
    await queue.receive({ detached: true, lease: LEASE }).next();
  });
}

async function attach(stage: Stage): Promise<Delivery> {
  const queue = await stage.open();
  return await queue.delivery(await leasedIn(queue));
}

async function leasedIn(queue: Queue): Promise<string> {
  for await (const [entry] of queue.store.entries({ state: 'leased' })) {
    if (entry !== undefined) return entry.entryId;
  }
  throw new Error('Nothing is leased.');
}
