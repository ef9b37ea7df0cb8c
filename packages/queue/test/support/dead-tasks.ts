import {
  reject,
  type OperationRecord,
  type Queue,
  type ReplayOptions,
  type ReplayStep,
} from '../../src/index.ts';
import { all, task } from '../support-behaviour.ts';

/** Rejects whatever is in the inbox. */
export async function rejectAll(queue: Queue): Promise<void> {
  await queue.work({ task_assignment: () => reject('no') }, { untilEmpty: true }).done;
}

/** Replays for real; returns the steps. */
export async function act(queue: Queue, options: ReplayOptions = {}): Promise<ReplayStep[]> {
  return await all(queue.operations.replay({ ...options, dryRun: false }));
}

/** Makes tasks of coder that are all dead: m-0000, m-0001 … unless told otherwise. */
export async function deadTasks(
  queue: Queue,
  count: number,
  idOf = (index: number): string => `m-${String(index).padStart(4, '0')}`,
): Promise<void> {
  await queue.registerAgent('coder');
  await queue.sendMany(
    Array.from({ length: count }, (_, index) => task({ task_id: `t${index}`, message_id: idOf(index) })),
  );
  await rejectAll(queue);
}

/** What was done to many messages, the newest first. */
export async function recordsOf(queue: Queue): Promise<OperationRecord[]> {
  return await all(queue.operations.log());
}
