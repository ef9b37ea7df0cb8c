import type { Consumer, Queue } from '@tapps-agents/queue';
import { collectHandler, settleByHand, taskHandler } from './handler.ts';
import type { Notebook } from './notes.ts';
import type { PromisedNotes } from './promised-notes.ts';

/** Handles the inbox of the queue's agent. */
export function work(queue: Queue, notebook: Notebook, untilEmpty = false): Consumer {
  return queue.work({ task_assignment: taskHandler(notebook) }, { concurrency: 8, untilEmpty });
}

/** Finishes what is in the outboxes. */
export function collect(queue: Queue, notebook: Notebook, untilEmpty = false): Consumer {
  const handler = collectHandler(notebook);
  return queue.collect({ task_complete: handler, status_update: handler }, { concurrency: 8, untilEmpty });
}

/**
 * Takes message by message from the inbox of the queue's agent, three at a time. Each failure is told to what was promised: of three
 * that fail, whoever waits for all of them hears of the first.
 */
export async function receive(
  queue: Pick<Queue, 'receive'>,
  notebook: Notebook,
  promised: PromisedNotes,
  untilEmpty = false,
): Promise<void> {
  const deliveries = queue.receive({ untilEmpty });
  const taker = async (): Promise<void> => {
    for (;;) {
      try {
        const next = await deliveries.next();
        if (next.done === true) return;
        await settleByHand(notebook, next.value);
      } catch (error) {
        promised.failed(error);
        throw error;
      }
    }
  };
  await Promise.all([taker(), taker(), taker()]);
}

/** Brings back what is dead, each message noted before it is touched. */
export async function bringBack(queue: Queue, notebook: Notebook): Promise<void> {
  for await (const { entry } of queue.operations.deadLetters()) {
    // Those that would only be rejected again are left alone.
    if (entry.releases > 0) continue;
    notebook.write({ what: 'replaying', id: entry.messageId, entryId: entry.entryId });
    // What `replay` does, but with this one entry: it goes by ids, and what was sent twice may have died twice.
    const [revived] = await queue.store.reviveMany([{ entry }], { resetCounters: true });
    if (revived?.status === 'rejected') throw revived.reason;
  }
}
