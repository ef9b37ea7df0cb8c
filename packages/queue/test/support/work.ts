import type { Message } from '@tapps-agents/contracts';
import type { Queue, WorkHandlers, WorkOptions } from '../../src/index.ts';

/**
 * Handles what is in the queue's inbox until nothing is left. Returns the ids in the order of their handling, one for each
 * time a handler was called.
 */
export async function workUntilEmpty(
  mq: Queue,
  handlers?: WorkHandlers,
  options: WorkOptions = {},
): Promise<string[]> {
  const handled: string[] = [];
  const note = (message: Message): void => void handled.push(message.message_id);
  const worker = mq.work(handlers ?? { task_assignment: note, status_update: note, task_complete: note }, {
    untilEmpty: true,
    ...options,
  });
  await worker.done;
  return handled;
}

/** Collects from every outbox until nothing is left; returns the messages in the order of their handling. */
export async function collectUntilEmpty(mq: Queue): Promise<Message[]> {
  const messages: Message[] = [];
  const note = (message: Message): void => void messages.push(message);
  await mq.collect({ task_complete: note, status_update: note }, { untilEmpty: true }).done;
  return messages;
}
