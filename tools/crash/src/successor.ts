import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Message } from '@tapps-agents/contracts';
import { systemClock, type Clock } from '@tapps-agents/fs-atomic';
import { openQueue, type HandlerContext, type Queue, type WorkHandlers } from '@tapps-agents/queue';
import type { Operation } from './operation.ts';
import { violate, type Outcome } from './outcome.ts';

/** So long a lease that whoever waited for one to run out would not end in time. */
export const LEASE = '1h';
const later_ms = 7_200_000;

/**
 * Two hours later, so that what was put off for a while is due. Only the wall clock is, and that of the boot, by which what
 * was taken by hand comes back: no other lease runs out by them.
 */
const laterClock: Clock = {
  now: () => systemClock.now() + later_ms,
  monotonic: () => systemClock.monotonic(),
  uptime: () => (systemClock.uptime?.() ?? 0) + later_ms,
  setTimer: (run, delay_ms, options) => systemClock.setTimer(run, delay_ms, options),
};

/** The next processes start as if nothing had happened, and work until nothing is left. */
export async function succeed(operation: Operation, outcome: Outcome, patience_ms: number): Promise<void> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), patience_ms);
  try {
    const coder = await open(operation, outcome, 'coder');
    await coder.registerAgent('coder');
    await operation.tryAgain?.(coder);
    for (const agent of readdirSync(join(outcome.root, 'inbox'))) {
      const queue = agent === 'coder' ? coder : await open(operation, outcome, agent);
      const options = { untilEmpty: true, concurrency: 4, signal: giveUp.signal } as const;
      await queue.work(observed(operation, outcome), options).done;
      if (queue !== coder) await queue.close();
    }
    const note = (message: Message, context: HandlerContext): void => noteHandling(outcome, message, context);
    const handlers = { task_complete: note, status_update: note };
    await coder.collect(handlers, { untilEmpty: true, concurrency: 4, signal: giveUp.signal }).done;
    await coder.close();
    if (giveUp.signal.aborted) violate(outcome, 'not recovered at once', `not after ${patience_ms} ms`);
  } finally {
    clearTimeout(timer);
  }
}

async function open(operation: Operation, outcome: Outcome, agent: string): Promise<Queue> {
  const queue = await openQueue({
    root: outcome.root,
    agent,
    clock: laterClock,
    lease: LEASE,
    pollInterval: '5ms',
    retention: { ...operation.retention, interval: '7d' },
  });
  queue.events.on('error', (error) => violate(outcome, 'an error in the background', String(error)));
  return queue;
}

function observed(operation: Operation, outcome: Outcome): WorkHandlers {
  const handlers = operation.handlers?.((key) => outcome.steps.push(key)) ?? {};
  return {
    task_assignment: async (message, context) => {
      noteHandling(outcome, message, context);
      return await handlers.task_assignment?.(message, context);
    },
    status_update: (message, context) => noteHandling(outcome, message, context),
    task_complete: (message, context) => noteHandling(outcome, message, context),
  };
}

function noteHandling(outcome: Outcome, message: Message, context: HandlerContext): void {
  const { deliveries, failures, run, box } = context;
  const boxName = `${box.kind}/${box.agentId}`;
  outcome.handled.push({ box: boxName, id: message.message_id, run, deliveries, failures });
}
