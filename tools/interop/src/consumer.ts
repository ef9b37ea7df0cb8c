import { appendFileSync } from 'node:fs';
import { openQueue } from '@tapps-agents/queue';

// Handles tasks until it is stopped, and logs what it does: consumer ROOT LOG.
const [root = '', log = ''] = process.argv.slice(2);
await using queue = await openQueue({ root, agent: 'coder', lease: 10_000, retention: false });
queue.events.on('acked', ({ messageId }) => appendFileSync(log, `acked ${messageId}\n`));
await queue.registerAgent('coder');
const consumer = queue.work({
  task_assignment: ({ message_id }) => {
    appendFileSync(log, `began ${message_id}\n`);
    return { output: { by: 'typescript' } };
  },
});
process.once('SIGTERM', () => void consumer.stop());
await consumer.done;
