import { taskAssignment } from '@tapps-agents/contracts';
import { openQueue, type Queue } from '@tapps-agents/queue';
import { codesOf } from './error-codes.ts';
import { fileSystemWith, type PlantedFault } from './planted-faults.ts';
import type { Conversation } from './program.ts';
import { countRefusedOpens, leaveDescriptors } from './scarce-descriptors.ts';

/** A process that does what it is told, one command a line, and answers each: for faults that must befall a process of its own. */
export interface ServingSettings {
  readonly job: 'serve';
  readonly root: string;
  readonly agent: string;
  readonly fault?: PlantedFault | undefined;
}

/** What it can be told. */
export type Order =
  | { readonly do: 'open' }
  | { readonly do: 'send'; readonly to: string; readonly ids: readonly string[]; readonly atOnce?: boolean }
  | { readonly do: 'work'; readonly concurrency: number }
  /** Takes descriptors until so many are left. */
  | { readonly do: 'leave descriptors'; readonly count: number }
  /** Notes, of each answer in anybody's outbox, the task that it answers. */
  | { readonly do: 'collect' }
  | { readonly do: 'tell' }
  | { readonly do: 'close' };

/** The ids that were sent, or handled, and the codes of what failed. */
export interface Answer {
  readonly done: readonly string[];
  readonly codes: readonly string[];
  /** How many opens had to wait for a descriptor, as none was free, since the process began. */
  readonly refusedOpens: number;
}

/** The one job. */
export const servingJobs = {
  async serve(settings: ServingSettings, { say, command }: Conversation): Promise<void> {
    const server = new Server(settings);
    say('ready');
    for (let line = await command(); line !== undefined; line = await command()) {
      say(await server.carryOut(JSON.parse(line) as Order));
    }
    await server.carryOut({ do: 'close' });
  },
};

class Server {
  readonly #settings: ServingSettings;
  readonly #refused = countRefusedOpens();
  #mq: Queue | undefined;
  #handled: string[] = [];
  #codes: string[] = [];

  constructor(settings: ServingSettings) {
    this.#settings = settings;
  }

  async carryOut(order: Order): Promise<Answer> {
    const { done, codes } = await this.#outcomeOf(order);
    return { done, codes, refusedOpens: this.#refused.count };
  }

  async #outcomeOf(order: Order): Promise<Omit<Answer, 'refusedOpens'>> {
    try {
      return { done: await this.#do(order), codes: order.do === 'open' ? [] : this.#codes.splice(0) };
    } catch (error) {
      return { done: [], codes: codesOf(error) };
    }
  }

  async #do(order: Order): Promise<string[]> {
    switch (order.do) {
      case 'open': {
        const { root, agent, fault } = this.#settings;
        this.#mq = await openQueue({ root, agent, retention: false, fileSystem: fileSystemWith(fault) });
        this.#mq.events.on('error', (error) => void this.#codes.push(...codesOf(error)));
        await this.#mq.registerAgent(agent);
        return [];
      }
      case 'send':
        return await this.#send(order.to, order.ids, order.atOnce ?? false);
      case 'work':
        this.#open.work(
          { task_assignment: ({ message_id }) => void this.#handled.push(message_id) },
          { concurrency: order.concurrency },
        );
        return [];
      case 'leave descriptors':
        leaveDescriptors(order.count);
        return [];
      case 'collect':
        this.#open.collect({
          task_complete: ({ metadata }) => void this.#handled.push(String(metadata['causation_id'])),
        });
        return [];
      case 'tell':
        return this.#handled.splice(0);
      case 'close':
        await this.#mq?.close();
        this.#mq = undefined;
        return [];
    }
  }

  async #send(to: string, ids: readonly string[], atOnce: boolean): Promise<string[]> {
    const sent: string[] = [];
    const sendOne = async (id: string): Promise<void> => {
      const message = { agent_id: 'lead', assigned_to: to, workflow_id: 'w', task_id: 't', message_id: id };
      try {
        await this.#open.send(taskAssignment(message));
        sent.push(id);
      } catch (error) {
        this.#codes.push(...codesOf(error));
      }
    };
    if (atOnce) await Promise.all(ids.map(sendOne));
    else for (const id of ids) await sendOne(id);
    return sent;
  }

  get #open(): Queue {
    if (this.#mq === undefined) throw new Error('Not open.');
    return this.#mq;
  }
}
