import { violate } from '../outcome.ts';
import { openQueue } from '@tapps-agents/queue';
import type { Operation } from '../operation.ts';
import { task, withQueue } from './messages.ts';

const longName = 'an-agent-whose-name-is-longer-than-a-segment-may-be';

/** A messages directory comes to be, and an agent. */
export const opening: readonly Operation[] = [
  {
    name: 'open',
    summary: 'open a directory that is not there yet',
    arrange: async () => {},
    async act(stage) {
      stage.begin();
      await stage.open();
      stage.tell({ told: 'opened' });
    },
    async tryAgain(queue) {
      await queue.send(task('first'), { durability: 'none' });
    },
    check({ handled, violations }) {
      const tasks = handled.filter(({ box }) => box === 'inbox/coder').length;
      if (tasks !== 1) violations.push({ rule: 'unusable', detail: `handled ${tasks} of 1` });
    },
  },
  {
    name: 'register',
    summary: 'register an agent with a long name',
    arrange: (site) => withQueue(site, async () => {}),
    async act(stage) {
      const queue = await stage.open();
      stage.begin();
      await queue.registerAgent(longName);
      stage.tell({ told: 'registered', id: longName });
    },
    async check(outcome) {
      await using queue = await openQueue({ root: outcome.root, agent: longName, retention: false });
      const told = outcome.story.facts.some((fact) => fact.told === 'registered');
      if (told && !(await queue.agents()).includes(longName))
        violate(outcome, 'told otherwise', 'registered');
      await queue.registerAgent(longName);
      await queue.send(task('t', longName), { durability: 'none' });
      let handled = 0;
      await queue.work({ task_assignment: () => void (handled += 1) }, { untilEmpty: true }).done;
      await queue.collect({ task_complete: () => {} }, { untilEmpty: true }).done;
      if (handled !== 1) violate(outcome, 'unusable', `handled ${handled} of 1`);
    },
  },
];
