import { setImmediate } from 'node:timers/promises';
import { openQueue } from '@tapps-agents/queue';
import { Errand, errand, many, WORKER } from '../workload.ts';
import type { Verbs } from '../verbs.ts';

/** What the process holds after a collection of garbage. */
export interface Memory {
  /** The heap, and what lies outside of it and belongs to it: buffers. */
  readonly held_mib: number;
  readonly resident_mib: number;
}

/** V8 gives back the buffers that one collection found only with the next: after a single one some 10 MiB of them were still counted. */
const COLLECTIONS = 3;

/** One worker through which messages go, batch by batch. Needs `--expose-gc`. */
export async function worker({ directory }: { readonly directory: string }): Promise<Verbs> {
  const queue = await openQueue({ root: directory, agent: WORKER, messages: [Errand], retention: false });
  await queue.registerAgent(WORKER);
  let passed = 0;
  let wanted = 0;
  let finished: (() => void) | undefined;
  queue.events.on('acked', () => {
    passed += 1;
    if (passed === wanted) finished?.();
  });
  queue.work({ errand: () => {} }, { concurrency: 8 });
  return {
    async through(count): Promise<Memory> {
      wanted = passed + count;
      const all = new Promise<void>((resolve) => {
        finished = resolve;
      });
      for (let done = 0; done < count; done += 500)
        await queue.sendMany(many(Math.min(500, count - done), errand), { durability: 'none', to: WORKER });
      await all;
      await collect();
      const { heapUsed, external, rss } = process.memoryUsage();
      return { held_mib: (heapUsed + external) / 1_048_576, resident_mib: rss / 1_048_576 };
    },
  };
}

async function collect(): Promise<void> {
  const { gc } = globalThis;
  if (gc === undefined)
    throw new Error('What is held is only known after collections: start node with --expose-gc.');
  for (let done = 0; done < COLLECTIONS; done += 1) {
    gc();
    await setImmediate();
  }
}
