import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { statusUpdate, taskAssignment } from '@tapps-agents/contracts';
import { openQueue, type Delivery, type Duration, type Queue } from '../../src/index.ts';

/** What `startChild('agent-program.ts', settings)` takes. */
export interface AgentSettings {
  readonly job: 'send' | 'work' | 'hold' | 'holdAll' | 'receive';
  readonly root: string;
  readonly agent: string;
  readonly lease?: Duration;
  /** send: the recipient, how many, and what their ids begin with; in batches of `batch`. */
  readonly to?: string;
  readonly count?: number;
  readonly prefix?: string;
  readonly batch?: number;
  /** send: every message is sent this often. */
  readonly copies?: number;
  /** work: a file to which every handler appends `<message_id> <deliveries>\n`. */
  readonly effects?: string;
  readonly concurrency?: number;
  /** holdAll: other roots. */
  readonly more?: readonly string[];
}

const settings = JSON.parse(process.argv[2] ?? '{}') as AgentSettings;
const commands = createInterface(process.stdin)[Symbol.asyncIterator]();

function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** The next command; undefined when standard input has ended. */
async function command(): Promise<string | undefined> {
  const { value } = (await commands.next()) as { value: string | undefined };
  return value;
}

/** The value's code, if it is an error with one: what a test compares. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function open(root: string): Promise<Queue> {
  return openQueue({
    root,
    agent: settings.agent,
    pollInterval: 100,
    retention: false,
    ...(settings.lease === undefined ? {} : { lease: settings.lease }),
  });
}

const mq = await open(settings.root);

const jobs: Readonly<Record<AgentSettings['job'], () => Promise<void>>> = {
  /** Says `ready`; after a command it sends, and says how many messages went out. */
  async send() {
    const { to = '', count = 0, prefix = '', batch = 1, copies = 1 } = settings;
    say('ready');
    await command();
    let sent = 0;
    for (let start = 0; start < count; start += batch) {
      const indexes = Array.from({ length: Math.min(batch, count - start) }, (_, index) => start + index);
      const messages = indexes.flatMap((index) => {
        const message = taskAssignment({
          agent_id: settings.agent,
          assigned_to: to,
          workflow_id: 'w',
          task_id: `${prefix}${index}`,
          message_id: `${prefix}${index}`,
        });
        return Array.from({ length: copies }, () => message);
      });
      sent += (await mq.sendMany(messages, { durability: 'none' })).length;
    }
    say(sent);
    await command();
  },

  /** Says `ready`, then works until standard input ends; each handler leaves its trace in `effects`. */
  async work() {
    const { effects = '', concurrency = 1 } = settings;
    const worker = mq.work(
      {
        task_assignment: (message, { deliveries }) => {
          appendFileSync(effects, `${message.message_id} ${deliveries}\n`);
          return { output_files: [effects] };
        },
      },
      { concurrency },
    );
    say('ready');
    await command();
    await worker.stop();
  },

  /**
   * Works, says `{ id, deliveries }` of each message it got, and holds it until the command `finish`; then the handler
   * returns. What became of it is said too: `acked` or `lease_lost`.
   */
  async hold() {
    mq.events.on('acked', () => say('acked'));
    mq.events.on('lease_lost', () => say('lease_lost'));
    let finish: (() => void) | undefined;
    const worker = mq.work({
      task_assignment: async (message, context) => {
        const finished = new Promise<void>((resolve) => {
          finish = resolve;
        });
        say({ id: message.message_id, deliveries: context.deliveries });
        await finished;
        return { output_files: ['late'] };
      },
    });
    for (let line = await command(); line !== undefined; line = await command()) finish?.();
    await worker.stop({ grace: 0 });
  },

  /** Works at `root` and at each of `more`, says `{ root, id, deliveries }` of each message it got, and holds them all to its end. */
  async holdAll() {
    const queues = [mq, ...(await Promise.all((settings.more ?? []).map(open)))];
    for (const queue of queues) {
      queue.work({
        task_assignment: async ({ message_id }, { deliveries, signal }) => {
          say({ root: queue.root, id: message_id, deliveries });
          await once(signal, 'abort');
        },
      });
    }
    await command();
    await Promise.all(queues.map((queue) => queue.close({ grace: 0 })));
  },

  /**
   * Receives one message, says `{ id, deliveries }`, then does each command with it (`ack`, `retry`, `reject`, `renew`;
   * `ack` publishes a status update with it) and says `ok` or the error's code.
   */
  async receive() {
    await using deliveries = mq.receive();
    const { value } = (await deliveries.next()) as { value: Delivery };
    say({ id: value.message.message_id, deliveries: value.deliveries });
    const update = statusUpdate({
      agent_id: settings.agent,
      workflow_id: value.message.workflow_id,
      task_id: value.message.task_id,
      status: 'completed',
    });
    const actions: Readonly<Record<string, () => Promise<void>>> = {
      ack: () => value.ack({ publish: [update] }),
      retry: () => value.retry(),
      reject: () => value.reject('late'),
      renew: () => value.renew(),
    };
    for (let line = await command(); line !== undefined; line = await command()) {
      await actions[line]?.().then(
        () => say('ok'),
        (error: unknown) => say(codeOf(error)),
      );
    }
  },
};

await jobs[settings.job]();
await mq.close();
