import type { Operation, Stage } from '../operation.ts';
import { take, waiting, withQueue } from './messages.ts';

const lease_ms = 3_600_000;

/** What holders do to be known as alive, and what is done about those who are not. */
const counted: readonly Operation[] = [
  {
    name: 'heartbeat',
    summary: 'beat by the timer, and before acting after a long sleep',
    arrange: (site) => waiting(site, 'm1'),
    async act(stage) {
      const queue = await stage.open();
      const delivery = await take(stage, queue);
      stage.begin();
      await stage.clock.advance(lease_ms / 3 + 1);
      // A pause of the whole process: the next thing it does is to ask whether it still is somebody.
      stage.clock.freeze(lease_ms * 0.6);
      await delivery.renew();
    },
  },
  {
    name: 'takeover',
    summary: 'take back two messages of a process that died',
    arrange: twoHeld,
    async act(stage) {
      const queue = await stage.open();
      stage.begin();
      await queue.store.recover({ kind: 'inbox', agentId: 'coder' });
    },
    check({ handled, violations }) {
      for (const id of ['m1', 'm2']) {
        const deliveries = handled.find((handling) => handling.id === id)?.deliveries;
        if (deliveries !== 2)
          violations.push({ rule: 'delivery not counted', detail: `${id}: ${deliveries} after 1` });
      }
    },
  },
  {
    name: 'takeover-and-work',
    summary: 'the same, and handle one',
    arrange: twoHeld,
    async act(stage) {
      const queue = await stage.open();
      queue.events.on('acked', ({ messageId }) => {
        if (messageId !== null) stage.tell({ told: 'acked', id: messageId });
      });
      stage.begin();
      await queue.work({ task_assignment: () => {} }, { limit: 1 }).done;
    },
  },
  {
    name: 'pause',
    summary: 'pause all agents, and let them go on',
    arrange: (site) => waiting(site, 'm1'),
    async act(stage) {
      const queue = await stage.open();
      stage.begin();
      await queue.operations.pause({ note: 'a moment' });
      stage.tell({ told: 'paused' });
      await queue.operations.resume();
      stage.tell({ told: 'resumed' });
    },
    async tryAgain(queue) {
      await queue.operations.resume();
    },
    check({ atDeath, story, violations }) {
      const told = story.facts.at(-1)?.told;
      const isPaused = atDeath.some(({ kind }) => kind === 'pause');
      const isUnderWay = story.calls.length > 0;
      if ((told === 'resumed' && isPaused) || (told === undefined && isPaused && !isUnderWay))
        violations.push({
          rule: 'told otherwise',
          detail: `${told}, and it is ${isPaused ? '' : 'not '}paused`,
        });
    },
  },
];

/** What is left behind for others to find. */
const left: readonly Operation[] = [
  {
    name: 'hold-two',
    summary: 'hold two messages, and die',
    async act(stage) {
      await holdTwo(stage);
      stage.begin();
      await stage.fileSystem.status(stage.root);
    },
  },
];

export const owners = { counted, left };

async function twoHeld(site: Parameters<NonNullable<Operation['arrange']>>[0]): Promise<void> {
  await withQueue(site, async () => {});
  await waiting(site, 'm1', 'm2');
  await site.leaveBehind('hold-two');
}

async function holdTwo(stage: Stage): Promise<void> {
  const queue = await stage.open();
  const receiver = queue.receive();
  await receiver.next();
  await receiver.next();
}
