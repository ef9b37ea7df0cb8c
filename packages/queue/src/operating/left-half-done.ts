import { MessageError, type DeadLetterReason } from '@tapps-agents/contracts';
import type { Core } from '../core.ts';
import type { Box, Entry } from '../stored-message.ts';

/** A dead message that was to be moved: where to, and in which run. */
export interface Move {
  readonly entry: Entry;
  readonly box: Box;
  readonly run: number;
}

/**
 * Which of these dead messages are back in the box where they were to go, or finished there, while their reasons still lie where they
 * were dead. That is what a replay leaves that is killed between the two; but another program that moves the message alone leaves the
 * same. Each box is listed once, whatever the number of messages.
 */
export async function leftHalfDone<M extends Move>(core: Core, moves: readonly M[]): Promise<ReadonlySet<M>> {
  const found = new Set<M>();
  const sought = new Map<string, { readonly box: Box; readonly moves: Map<string, M> }>();
  for (const move of moves) {
    const { entry, box, run } = move;
    const reason = await wholeReason(core, entry);
    const messageId = entry.messageId ?? reason?.message.message_id ?? null;
    if (reason === undefined || messageId === null) continue;
    if ((await core.store.read(entry)) !== undefined) continue;
    const { workflow_id: workflowId, task_id: taskId } = reason.message;
    const isFinished =
      workflowId !== null &&
      taskId !== null &&
      (await core.store.isProcessed(box, { messageId, workflowId, taskId }, run));
    if (isFinished) {
      found.add(move);
      continue;
    }
    const key = `${box.kind}/${box.agentId}`;
    const inBox = sought.get(key) ?? { box, moves: new Map<string, M>() };
    sought.set(key, inBox);
    inBox.moves.set(messageId, move);
  }
  for (const { box, moves: inBox } of sought.values()) {
    const there = await core.store.unfinishedAmong(box, new Set(inBox.keys()));
    for (const [messageId, move] of inBox) if (there.has(messageId)) found.add(move);
  }
  return found;
}

/** The reason of a dead letter; one that is damaged says nothing of what was done. */
async function wholeReason(core: Core, entry: Entry): Promise<DeadLetterReason | undefined> {
  try {
    return await core.store.reason(entry);
  } catch (error) {
    if (error instanceof MessageError) return undefined;
    throw error;
  }
}
