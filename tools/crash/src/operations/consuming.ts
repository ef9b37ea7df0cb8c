import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serializeMessage, taskComplete } from '@tapps-agents/contracts';
import type { Operation } from '../operation.ts';
import { violate } from '../outcome.ts';
import { take, task, waiting, withQueue } from './messages.ts';

/** A message is taken from its box, and handled. */
export const consuming: readonly Operation[] = [
  {
    name: 'claim',
    summary: 'take the first message, in a new session',
    arrange: (site) => waiting(site, 'm1'),
    async act(stage) {
      const queue = await stage.open();
      stage.begin();
      await take(stage, queue);
    },
  },
  {
    name: 'claim-next',
    summary: 'take another, in the same session',
    arrange: (site) => waiting(site, 'm1', 'm2'),
    async act(stage) {
      const queue = await stage.open();
      const receiver = queue.receive();
      await receiver.next();
      stage.begin();
      const { value } = await receiver.next();
      if (value !== undefined) stage.tell({ told: 'claimed', id: value.message.message_id, deliveries: 1 });
    },
  },
  {
    name: 'adopt',
    summary: 'take what an outside writer put there under its own name',
    async arrange(site) {
      await withQueue(site, async () => {});
      const text = serializeMessage(task('m1'));
      site.knowText('m1', text);
      writeFileSync(join(site.root, 'inbox', 'coder', 'from outside.json'), text);
    },
    async act(stage) {
      const queue = await stage.open();
      stage.begin();
      await take(stage, queue);
    },
  },
  {
    name: 'work',
    summary: 'handle a task: a step, a report, a message, the answer and the ack',
    async arrange(site) {
      await withQueue(site, async (queue) => {
        await queue.registerAgent('reviewer');
        await queue.send(site.know(task('m1')));
      });
    },
    handlers: (step) => ({
      task_assignment: async (message, context) => {
        if (message.message_id !== 'm1') return {};
        await context.once('push', (key) => step(key));
        await context.report({ progress_percent: 50 });
        context.send(task('from-the-handler', 'reviewer'));
        return { output_files: ['done'] };
      },
    }),
    async act(stage) {
      const queue = await stage.open();
      const handlers = this.handlers?.((key) => stage.tell({ told: 'step', id: key })) ?? {};
      queue.events.on('acked', () => stage.tell({ told: 'acked', id: 'm1' }));
      stage.begin();
      await queue.work(handlers, { limit: 1 }).done;
    },
    check(outcome) {
      const processed = outcome.atRest.filter(({ kind }) => kind === 'processed');
      const caused = processed.filter(({ value }) => causeOf(value) === 'm1');
      // Whatever was repeated has the same id, and so is there once.
      for (const [box, type] of [
        ['outbox/coder', 'task_complete'],
        ['inbox/reviewer', 'task_assignment'],
      ]) {
        const those = (box === 'outbox/coder' ? caused : processed).filter(
          (file) => file.box === box && file.value?.['message_type'] === type,
        );
        if (those.length !== 1) violate(outcome, 'sent by the handler', `${those.length} of 1 in ${box}`);
      }
    },
  },
  {
    name: 'collect',
    summary: 'handle a completion from an outbox',
    arrange: (site) =>
      withQueue(site, async (queue) => {
        const ids = { agent_id: 'coder', workflow_id: 'w', task_id: 't', message_id: 'm1' };
        await queue.send(site.know(taskComplete({ ...ids, status: 'completed' })));
      }),
    async act(stage) {
      const queue = await stage.open();
      queue.events.on('acked', () => stage.tell({ told: 'acked', id: 'm1' }));
      stage.begin();
      await queue.collect({ task_complete: () => {} }, { limit: 1 }).done;
    },
  },
];

function causeOf(value: Readonly<Record<string, unknown>> | undefined): unknown {
  const metadata = value?.['metadata'];
  return typeof metadata === 'object' && metadata !== null && 'causation_id' in metadata
    ? metadata.causation_id
    : undefined;
}
