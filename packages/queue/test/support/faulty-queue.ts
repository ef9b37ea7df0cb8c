import { FaultyFileSystem } from '@tapps-agents/fs-atomic/testing';
import { openQueue, type OpenQueueOptions, type Queue } from '../../src/index.ts';

/** A fault that never passes. */
export const ALWAYS = { times: Number.POSITIVE_INFINITY };

/** A queue of the agent `coder` on a file system in which faults can be planted, and what it reports in the background. */
export interface FaultyQueue {
  readonly mq: Queue;
  readonly fileSystem: FaultyFileSystem;
  readonly errors: unknown[];
}

export async function openFaulty(
  root: string,
  options: Partial<OpenQueueOptions> = {},
): Promise<FaultyQueue> {
  const fileSystem = new FaultyFileSystem();
  const mq = await openQueue({ root, agent: 'coder', retention: false, fileSystem, ...options });
  await mq.registerAgent('coder');
  const errors: unknown[] = [];
  mq.events.on('error', (error) => void errors.push(error));
  return { mq, fileSystem, errors };
}

/** Resolves when this many errors were reported. */
export function reported(mq: Queue, count: number): Promise<void> {
  let left = count;
  return new Promise((resolve) => {
    mq.events.on('error', () => {
      left -= 1;
      if (left === 0) resolve();
    });
  });
}
