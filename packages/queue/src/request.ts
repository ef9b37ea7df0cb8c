import {
  tryParseMessage,
  type Message,
  type TaskAssignment,
  type TaskComplete,
} from '@tapps-agents/contracts';
import type { Core } from './core.ts';
import { toMilliseconds, type Duration } from './duration.ts';
import { QueueError } from './errors.ts';
import { examineOrPutBack, putBack } from './examination.ts';
import { isLeaseLost } from './held-delivery.ts';
import { FIRST_POLL_MS } from './limits.ts';
import type { SendOptions } from './queue.ts';
import { sendMany } from './sending.ts';
import type { Box, BoxReader, Entry } from './store.ts';
import { Waker } from './waker.ts';

const DEFAULT_TIMEOUT_MS = 600_000;

/**
 * Sends a task and waits for the `task_complete` that answers it, in the assignee's outbox or, when a collector was
 * faster, among the processed messages of that task. It is finished here unless a collector of this queue takes it.
 *
 * An answer names the assignment in `metadata.causation_id`; one that names none is taken when it was not there before
 * the task was sent.
 */
export async function request(
  core: Core,
  message: TaskAssignment,
  options: SendOptions & { readonly timeout?: Duration } = {},
): Promise<TaskComplete> {
  const timeout_ms = toMilliseconds(options.timeout ?? DEFAULT_TIMEOUT_MS, 'timeout');
  const agentId = options.to ?? message.assigned_to ?? message.agent_id;
  const box: Box = { kind: 'outbox', agentId };
  const earlier = await earlierIds(core, box, message);
  await sendMany(core, [message], options);
  await core.store.registerAgent(agentId); // An agent known by its inbox alone has no outbox to look into yet.
  const answers = (candidate: Message): candidate is TaskComplete => isAnswer(candidate, message, earlier);
  const judged = new Set<string>();
  const waker = new Waker(core.clock);
  const reader = core.store.openBox(box, {
    accepts: ({ messageType }) => messageType === 'task_complete',
    wants: (bytes) => {
      const parsed = tryParseMessage(bytes, { definitions: core.definitions });
      return parsed.ok && answers(parsed.message);
    },
  });
  const stopWatching = core.store.watch(box, () => {
    reader.refresh();
    waker.hint();
  });
  const onAbort = (): void => waker.hint();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const deadline_ms = core.clock.monotonic() + timeout_ms;
  try {
    let pause_ms = FIRST_POLL_MS;
    for (;;) {
      const answer =
        (await takeAnswer(core, reader, message, answers)) ??
        (await processedAnswer(core, box, message, judged, answers));
      if (answer !== null) return answer;
      options.signal?.throwIfAborted();
      const left_ms = deadline_ms - core.clock.monotonic();
      if (left_ms <= 0) throw timeoutError(message, agentId, timeout_ms);
      const hinted = await waker.wait(Math.min(pause_ms, left_ms));
      pause_ms = hinted ? FIRST_POLL_MS : Math.min(pause_ms * 2, core.poll_ms);
    }
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
    stopWatching?.();
  }
}

/** Claims and finishes the answer, unless a collector of this queue is there for it. */
async function takeAnswer(
  core: Core,
  reader: BoxReader,
  message: TaskAssignment,
  answers: (candidate: Message) => candidate is TaskComplete,
): Promise<TaskComplete | null> {
  for (const collector of core.collectors) {
    if (collector.covers(reader.box.agentId, message.workflow_id, 'task_complete')) return null;
  }
  const result = await reader.claim();
  if (result.kind === 'empty') return null;
  const { claimed } = result;
  const accepted = await examineOrPutBack(core, claimed);
  if (typeof accepted === 'string') return null;
  if (!answers(accepted.message)) {
    await putBack(core, claimed);
    return null;
  }
  try {
    await core.store.ack(claimed, accepted.identity, { durability: core.ackDurability });
    return accepted.message;
  } catch (error) {
    if (isLeaseLost(error)) return null; // Whoever has it now finishes it, and then it is among the processed.
    await putBack(core, claimed);
    throw error;
  }
}

/** `judged` keeps what was read already, and is no answer. */
async function processedAnswer(
  core: Core,
  box: Box,
  message: TaskAssignment,
  judged: Set<string>,
  answers: (candidate: Message) => candidate is TaskComplete,
): Promise<TaskComplete | null> {
  const task = { workflowId: message.workflow_id, taskId: message.task_id };
  for await (const batch of core.store.entries({ state: 'processed', box, task })) {
    for (const entry of batch) {
      if (judged.has(entry.entryId)) continue;
      const candidate = await read(core, entry);
      if (candidate !== null && answers(candidate)) return candidate;
      judged.add(entry.entryId);
    }
  }
  return null;
}

/** The ids of what the assignee had written before: in the box, in somebody's hands, or processed for this task. */
async function earlierIds(core: Core, box: Box, message: TaskAssignment): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  const task = { workflowId: message.workflow_id, taskId: message.task_id };
  for (const filter of [{ state: 'ready' }, { state: 'leased' }, { state: 'processed', task }] as const) {
    for await (const batch of core.store.entries({ ...filter, box })) {
      for (const entry of batch) {
        const id = entry.messageId ?? (await read(core, entry))?.message_id;
        if (id !== undefined) ids.add(id);
      }
    }
  }
  return ids;
}

/** Null for what is no message, cannot be read, or has moved on. */
async function read(core: Core, entry: Entry): Promise<Message | null> {
  try {
    const bytes = await core.store.read(entry);
    const parsed = bytes === undefined ? null : tryParseMessage(bytes, { definitions: core.definitions });
    return parsed?.ok === true ? parsed.message : null;
  } catch {
    return null; // It says nothing about an answer; whoever takes it deals with it.
  }
}

function isAnswer(
  candidate: Message,
  message: TaskAssignment,
  earlier: ReadonlySet<string>,
): candidate is TaskComplete {
  if (candidate.message_type !== 'task_complete') return false;
  if (candidate.workflow_id !== message.workflow_id || candidate.task_id !== message.task_id) return false;
  const cause = candidate.metadata['causation_id'];
  if (cause === undefined || cause === null) return !earlier.has(candidate.message_id);
  return cause === message.message_id;
}

function timeoutError(message: TaskAssignment, agentId: string, timeout_ms: number): QueueError {
  return new QueueError(
    'ERR_TIMEOUT',
    `No task_complete for task ${JSON.stringify(message.task_id)} arrived from ${JSON.stringify(agentId)} within ${timeout_ms} ms. The task is still in the queue: see \`tapps-mq inspect ${message.message_id}\`.`,
    {
      messageId: message.message_id,
      agentId,
    },
  );
}
