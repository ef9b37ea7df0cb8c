import { lstatSync, readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { openQueue } from '@tapps-agents/queue';
import { Errand, WORKER } from '../workload.ts';
import type { Verbs } from '../verbs.ts';

/** How often an idle worker looks at its box, and lists the switches that would pause it, in milliseconds. */
export const LOOK_MS = 250;

/** What waits: one worker, a collector of so many agents, or, to compare with, what only looks at a directory as often as a worker. */
export interface IdlerSettings {
  readonly directory: string;
  readonly waits: 'worker' | 'looker' | { readonly collectsFrom: number };
}

/** Waits for messages that never come. */
export async function idler(settings: IdlerSettings): Promise<Verbs> {
  if (settings.waits === 'looker') setInterval(() => looks(settings.directory), LOOK_MS);
  else await wait(settings.directory, settings.waits === 'worker' ? 0 : settings.waits.collectsFrom);
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

function looks(directory: string): void {
  readdirSync(directory);
  lstatSync(directory);
}

async function wait(root: string, agents: number): Promise<void> {
  const queue = await openQueue({ root, agent: WORKER, messages: [Errand] });
  for (let number = 0; number < agents; number += 1) await queue.registerAgent(`agent-${number}`);
  if (agents > 0) queue.collect({ errand: () => {} });
  else queue.work({ errand: () => {} });
}
