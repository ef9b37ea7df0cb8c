import { openQueue } from '@tapps-agents/queue';
import type { Message } from '@tapps-agents/contracts';
import { assignment, Errand, errand, many, PRIORITIES, WORKER } from '../workload.ts';
import type { Verbs } from '../verbs.ts';

/** What to fill. */
export interface FillerSettings {
  readonly directory: string;
  /** `mixed`: of each priority a quarter, and as many that are delayed. */
  readonly kind: 'assignment' | 'errand' | 'mixed';
}

const DELAY = '24h';

/** Fills the worker's inbox through `sendMany`. */
export async function filler({ directory, kind }: FillerSettings): Promise<Verbs> {
  const queue = await openQueue({ root: directory, messages: [Errand], retention: false });
  await queue.registerAgent(WORKER);
  return {
    async fill(count) {
      for (let done = 0; done < count; done += 1_000) {
        const size = Math.min(1_000, count - done);
        const turn = done / 1_000;
        const options = { durability: 'none', to: WORKER } as const;
        const isDelayed = kind === 'mixed' && turn % 4 === 3;
        await queue.sendMany(batchOf(kind, turn, size), isDelayed ? { ...options, delay: DELAY } : options);
      }
    },
  };
}

function batchOf(kind: FillerSettings['kind'], turn: number, size: number): Message[] {
  if (kind === 'errand') return many(size, errand);
  const priority = kind === 'mixed' ? PRIORITIES[turn % 4] : undefined;
  return many(size, () => assignment('bench', 'bench', priority));
}
