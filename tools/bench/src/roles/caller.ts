import { setTimeout } from 'node:timers/promises';
import { openQueue } from '@tapps-agents/queue';
import { Errand, WORKER } from '../workload.ts';
import type { Verbs } from '../verbs.ts';
import { stamped } from './latencies.ts';

/** Sends errands that say when they were sent, with a pause of random length before each; tells what each `send` took, in milliseconds. */
export async function caller(settings: {
  readonly directory: string;
  readonly pause_ms: number;
}): Promise<Verbs> {
  const queue = await openQueue({ root: settings.directory, messages: [Errand], retention: false });
  return {
    async call(count): Promise<readonly number[]> {
      const sent_ms: number[] = [];
      for (let done = 0; done < count; done += 1) {
        await setTimeout(settings.pause_ms * (0.5 + Math.random()));
        const began_ms = performance.now();
        const payload = stamped();
        const message = Errand({ workflow_id: 'bench', task_id: 'bench', agent_id: 'producer', payload });
        await queue.send(message, { durability: 'none', to: WORKER });
        sent_ms.push(performance.now() - began_ms);
      }
      return sent_ms;
    },
  };
}
