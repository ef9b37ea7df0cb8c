import type { Message } from '@tapps-agents/contracts';
import type { ManualClock } from '@tapps-agents/fs-atomic/testing';
import type { Consumer, MessageState, Queue } from '@tapps-agents/queue';
import { mustBeDocumented, tolerating } from '../rules/errors.ts';
import { render } from '../rules/rendered.ts';
import { passing, untilSettled } from './virtual-time.ts';

/** Messages are looked for this long, in milliseconds of the moved clock: longer than any lease and its margin. */
const PATIENCE_MS = 600_000;
const STATES: readonly MessageState[] = ['ready', 'leased', 'dead', 'processed'];

/** Everything that an operator looks at: boxes, agents, every message, every dead letter, and what a replay would do. */
export async function look(queue: Queue): Promise<void> {
  const { operations, store } = queue;
  const inspection = await tolerating('inspect', () => operations.inspect());
  if (inspection !== undefined) render.inspection(inspection);
  await tolerating('agents', () => queue.agents());
  await tolerating('writers', () => store.writers());
  await tolerating('pauses', () => store.pauses());
  await tolerating('dead letters', async () => {
    const letters = await all(operations.deadLetters());
    render.deadLetters(letters);
    for (const { entry } of letters.slice(0, 2)) await find(queue, entry.entryId);
  });
  for (const state of STATES) {
    await tolerating(`entries in state ${state}`, async () => {
      const entries = (await all(store.entries({ state }))).flat();
      for (const entry of entries.slice(-2)) await find(queue, entry.messageId ?? entry.entryId);
    });
  }
  for (const from of ['dead', 'processed'] as const) {
    await tolerating(`plan a replay from ${from}`, async () =>
      render.replaySteps(await all(operations.replay({ from }))),
    );
  }
}

async function find(queue: Queue, id: string): Promise<void> {
  const reports = await tolerating(`find ${JSON.stringify(id)}`, () => queue.operations.find(id));
  for (const report of reports ?? []) render.message(report);
}

/** Everything that changes the tree by an operator's hand. */
export async function repair(queue: Queue): Promise<void> {
  const { operations } = queue;
  await tolerating('replay', () => all(operations.replay({ dryRun: false })));
  await tolerating('replay from processed', () =>
    all(operations.replay({ from: 'processed', dryRun: false, force: true })),
  );
  await tolerating('retain, dry', () => operations.retain({ dryRun: true }));
  await tolerating('retain', () => operations.retain());
  await tolerating('pause', () => operations.pause({ agentId: 'somebody' }));
  await tolerating('resume', () => operations.resume({ agentId: 'somebody' }));
}

/** Lifts every pause; whether nothing is paused then. */
export async function lift(queue: Queue, agentId: string): Promise<boolean> {
  await tolerating('resume all', () => queue.operations.resume());
  await tolerating('resume one', () => queue.operations.resume({ agentId }));
  return (await tolerating('is it paused', () => queue.store.isPaused(agentId))) === false;
}

/** Handles until these were handled, or patience is at an end; returns which of them were not. */
export async function handleUntil(
  start: (note: (message: Message) => void) => Consumer,
  wanted: readonly string[],
  clock: ManualClock,
): Promise<readonly string[]> {
  const missing = new Set(wanted);
  const consumer = start((message) => {
    missing.delete(message.message_id);
  });
  let ended = false;
  consumer.done.finally(() => (ended = true)).catch(() => {});
  await passing(() => missing.size === 0 || ended, clock, PATIENCE_MS);
  await untilSettled(consumer.stop({ grace: '1s' }), clock);
  await tolerating('consume', () => consumer.done);
  return [...missing];
}

/** Reports of failures in the background must be of the documented kinds too. */
export function noteErrors(queue: Queue, errors: unknown[]): void {
  queue.events.on('error', (error) => {
    try {
      mustBeDocumented(error, 'in the background');
    } catch (violation) {
      errors.push(violation);
    }
  });
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
