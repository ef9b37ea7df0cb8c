import { setTimeout } from 'node:timers/promises';
import { taskAssignment } from '@tapps-agents/contracts';
import { openQueue, type Queue } from '@tapps-agents/queue';
import { fileSystemWith, type PlantedFault } from './planted-faults.ts';
import type { Conversation } from './program.ts';

/** What one process does with the queue. */
export interface AgentSettings {
  readonly job: 'produce' | 'consume';
  readonly root: string;
  /** Ids begin with it. */
  readonly name: string;
  /** produce: so many messages. consume: holds the message after so many, and does not let go; 0: never. */
  readonly count: number;
  readonly fault?: PlantedFault | undefined;
}

type Job = (mq: Queue, settings: AgentSettings, conversation: Conversation) => Promise<void>;

const jobs: Readonly<Record<AgentSettings['job'], Job>> = {
  /** Sends tasks to `coder`, durably and in batches; says the levels that were reached. */
  async produce(mq, { name, count }, { say, command }) {
    say('ready');
    await command();
    const reached = new Set<string>();
    for (let sent = 0; sent < count; sent += 10) {
      const batch = Array.from({ length: Math.min(10, count - sent) }, (_, index) =>
        taskAssignment({
          agent_id: 'producer',
          assigned_to: 'coder',
          workflow_id: 'w',
          task_id: `${name}-${sent + index}`,
          message_id: `${name}-${sent + index}`,
        }),
      );
      for (const { durability } of await mq.sendMany(batch)) reached.add(durability);
    }
    say([...reached]);
  },

  /**
   * After a command, handles until the next one. Says `{ handling }` and, once it is finished for good, `{ acked }`, with the id;
   * `{ held }` when it keeps one for ever.
   */
  async consume(mq, { count }, { say, command }) {
    let begun = 0;
    say('ready');
    await command();
    mq.events.on('acked', ({ messageId }) => say({ acked: messageId }));
    const consumer = mq.work(
      {
        task_assignment: async ({ message_id }, { signal }) => {
          begun += 1;
          say({ handling: message_id });
          if (count === 0 || begun <= count) return;
          say({ held: message_id });
          await setTimeout(3_600_000, undefined, { signal });
        },
      },
      { concurrency: 2 },
    );
    await command();
    await consumer.stop();
  },
};

/** The jobs by name. */
export const agentJobs = Object.fromEntries(
  Object.entries(jobs).map(([name, job]) => [
    name,
    async (settings: AgentSettings, conversation: Conversation): Promise<void> => {
      await using mq = await openQueue({
        root: settings.root,
        agent: 'coder',
        retention: false,
        fileSystem: fileSystemWith(settings.fault),
      });
      await job(mq, settings, conversation);
    },
  ]),
) as Readonly<
  Record<AgentSettings['job'], (settings: AgentSettings, conversation: Conversation) => Promise<void>>
>;
