import { createInterface } from 'node:readline';
import { taskAssignment } from '@tapps-agents/contracts';
import { openQueue, QueueError, reject } from '../../src/index.ts';

/** What `startChild('shared-user-program.ts', settings)` takes. */
export interface SharedUserSettings {
  readonly root: string;
  readonly name: string;
  readonly umask: number;
  readonly access: 'owner' | 'group';
}

const settings = JSON.parse(process.argv[2] ?? '{}') as SharedUserSettings;
process.umask(settings.umask);

function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

const retention = { processedMaxCount: 0, interval: '365d' } as const;
const { root, access } = settings;
const mq = await openQueue({ root, agent: 'coder', access, retention }).catch((error: unknown) => {
  say(error instanceof QueueError ? error.code : String(error));
  process.exit(0);
});
await mq.registerAgent('coder');
const errors: string[] = [];
mq.events.on('error', (error) => errors.push(String(error)));
let sent = 0;

/** Handles all there is: one fails once, one is given up unless it was replayed. */
async function work(): Promise<unknown> {
  const handled = new Set<string>();
  const first = new Set<string>();
  await mq.work(
    {
      task_assignment: async ({ message_id }, context) => {
        await context.once('step', () => 'done');
        if (message_id.endsWith('-0') && !first.has(message_id)) {
          first.add(message_id);
          throw new Error('once');
        }
        handled.add(message_id);
        if (message_id.endsWith('-1') && context.deliveries === 1) return reject('no use');
        return undefined;
      },
    },
    { untilEmpty: true },
  ).done;
  let dead = 0;
  for await (const _ of mq.operations.deadLetters()) dead += 1;
  return { handled: handled.size, dead, errors };
}

const actions: Readonly<Record<string, (argument: string) => Promise<unknown>>> = {
  async send(count) {
    const address = { agent_id: settings.name, assigned_to: 'coder', workflow_id: 'w', task_id: 't' };
    const retry_policy = { max_retries: 3, backoff_seconds: 0 };
    const messages = Array.from({ length: Number(count) }, (_, index) =>
      taskAssignment({ ...address, message_id: `${settings.name}-${sent}-${index}`, retry_policy }),
    );
    sent += 1;
    return (await mq.sendMany(messages)).length;
  },
  work,
  async replay() {
    let replayed = 0;
    for await (const { outcome } of mq.operations.replay({ dryRun: false }))
      if (outcome === 'replayed') replayed += 1;
    return replayed;
  },
  async pause() {
    await mq.operations.pause({ agentId: 'coder', note: settings.name });
    return 'paused';
  },
  resume: () => mq.operations.resume({ agentId: 'coder' }),
  async hold() {
    await mq.receive().next();
    return 'held';
  },
  async retain() {
    return (await mq.operations.retain())?.processed ?? null;
  },
};

say('ready');
for await (const line of createInterface(process.stdin)) {
  const [name = '', argument = ''] = line.split(' ');
  say(await actions[name]?.(argument).catch((error: unknown) => String(error)));
}
await mq.close();
