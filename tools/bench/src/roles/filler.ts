import { openQueue } from '@tapps-agents/queue';
import { assignment, Errand, errand, many, WORKER } from '../workload.ts';
import type { Verbs } from '../verbs.ts';

/** What to fill. */
export interface FillerSettings {
  readonly directory: string;
  readonly kind: 'assignment' | 'errand';
}

/** Fills the worker's inbox through `sendMany`. */
export async function filler({ directory, kind }: FillerSettings): Promise<Verbs> {
  const queue = await openQueue({ root: directory, messages: [Errand], retention: false });
  await queue.registerAgent(WORKER);
  return {
    async fill(count) {
      for (let done = 0; done < count; done += 1_000) {
        const size = Math.min(1_000, count - done);
        const batch = kind === 'errand' ? many(size, errand) : many(size, assignment);
        await queue.sendMany(batch, { durability: 'none', to: WORKER });
      }
    },
  };
}
