import { setTimeout } from 'node:timers/promises';
import { openQueue } from '@tapps-agents/queue';
import { Errand, WORKER } from '../workload.ts';
import type { Verbs } from '../verbs.ts';

/** Waits for messages that never come: one worker, or a collector of so many agents. */
export async function idler(settings: {
  readonly directory: string;
  readonly agents: number;
}): Promise<Verbs> {
  const queue = await openQueue({ root: settings.directory, agent: WORKER, messages: [Errand] });
  for (let number = 0; number < settings.agents; number += 1) await queue.registerAgent(`agent-${number}`);
  if (settings.agents > 0) queue.collect({ errand: () => {} });
  else queue.work({ errand: () => {} });
  return {
    /** The part of one core that it takes over so many seconds, in percent. */
    async idle(seconds) {
      const began_ms = performance.now();
      const before = process.cpuUsage();
      await setTimeout(seconds * 1_000);
      const { user, system } = process.cpuUsage(before);
      return { percent: (user + system) / 10 / (performance.now() - began_ms) };
    },
  };
}
