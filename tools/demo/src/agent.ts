import { once } from 'node:events';
import { inspect, parseArgs } from 'node:util';
import { openQueue, type Queue } from '@tapps-agents/queue';
import { announce } from './agent-event.ts';
import { LEASE } from './agent-settings.ts';

// One agent process: opens the messages directory under its agent's name, works until it is told to stop (its
// standard input ends, or a signal), and hands back what it could not finish. Several processes may serve one inbox.

const { values } = parseArgs({
  options: {
    root: { type: 'string' },
    agent: { type: 'string' },
    name: { type: 'string' },
    effects: { type: 'string' },
  },
});
const { root, agent, name, effects } = values;
if (root === undefined || agent === undefined || name === undefined || effects === undefined) {
  throw new Error(
    'An agent needs --root, --agent, --name and --effects; the demo starts it with all of them.',
  );
}

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
// The orchestrator holds the other end: when it is gone, for whatever reason, so is this process.
process.stdin.on('end', () => stopping.abort()).resume();
for (const stream of [process.stdin, process.stdout]) stream.on('error', () => stopping.abort());

// The compiler takes half a second to load, so it is loaded only where it is needed, before the agent says it is ready.
const { task_assignment } =
  agent === 'summariser'
    ? (await import('./summariser.ts')).summariser({ name, effects })
    : (await import('./analyst.ts')).analyst({ name, effects });

await using mq = await openQueue({ root, agent, lease: LEASE, create: false });
announceEvents(mq);
await using worker = mq.work({ task_assignment }, { concurrency: 1 });
announce({ event: 'ready' });
if (!stopping.signal.aborted) await Promise.race([once(stopping.signal, 'abort'), worker.done]);
await mq.close({ grace: '2s' });
process.stdin.destroy();

function announceEvents({ events }: Queue): void {
  events.on('duplicate', ({ messageId }) => announce({ event: 'duplicate', message_id: messageId }));
  events.on('recovered', ({ messageId, holder }) =>
    announce({ event: 'recovered', message_id: messageId, holder_pid: holder.pid }),
  );
  events.on('quarantined', ({ messageId, entryId }) =>
    announce({ event: 'quarantined', message_id: messageId, entry_id: entryId }),
  );
  events.on('error', (error) => {
    process.stderr.write(`${inspect(error)}\n`);
    announce({ event: 'error', error: String(error) });
  });
}
