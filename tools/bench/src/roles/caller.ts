import { setTimeout } from 'node:timers/promises';
import { openQueue } from '@tapps-agents/queue';
import { Errand, WORKER } from '../workload.ts';
import type { Verbs } from '../verbs.ts';

/** Sends errands that say when they were sent, with a pause of random length before each. */
export async function caller(settings: {
  readonly directory: string;
  readonly pause_ms: number;
}): Promise<Verbs> {
  const queue = await openQueue({ root: settings.directory, messages: [Errand], retention: false });
  return {
    async call(count) {
      for (let done = 0; done < count; done += 1) {
        await setTimeout(settings.pause_ms * (0.5 + Math.random()));
        const payload = String(process.hrtime.bigint()).padStart(20, '0').padEnd(1_024, ' ');
        const message = Errand({ workflow_id: 'bench', task_id: 'bench', agent_id: 'producer', payload });
        await queue.send(message, { durability: 'none', to: WORKER });
      }
    },
  };
}
