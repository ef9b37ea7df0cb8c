import {
  tryParseMessage,
  type Message,
  type TaskAssignment,
  type TaskComplete,
} from '@tapps-agents/contracts';
import type { Core } from './core.ts';
import type { Box, Entry } from './stored-message.ts';

/**
 * Tells the answer to one assignment from everything else. An answer names the assignment in `metadata.causation_id`; one
 * that names none is taken when it was not there before the task was sent.
 */
export class Answers {
  readonly #core: Core;
  readonly #box: Box;
  readonly #message: TaskAssignment;
  readonly #earlier: ReadonlySet<string>;
  /** What was read already among the processed, and is no answer. */
  readonly #judged = new Set<string>();

  private constructor(core: Core, box: Box, message: TaskAssignment, earlier: ReadonlySet<string>) {
    this.#core = core;
    this.#box = box;
    this.#message = message;
    this.#earlier = earlier;
  }

  /** To be called before the task is sent: notes what lies in the assignee's outbox by now. */
  static async before(core: Core, box: Box, message: TaskAssignment): Promise<Answers> {
    return new Answers(core, box, message, await earlierIds(core, box, message));
  }

  has(candidate: Message): candidate is TaskComplete {
    if (candidate.message_type !== 'task_complete') return false;
    const { workflow_id, task_id, message_id } = this.#message;
    if (candidate.workflow_id !== workflow_id || candidate.task_id !== task_id) return false;
    const cause = candidate.metadata['causation_id'];
    if (cause === undefined || cause === null) return !this.#earlier.has(candidate.message_id);
    return cause === message_id;
  }

  /** The answer, where somebody else has finished it; null as long as there is none. */
  async processed(): Promise<TaskComplete | null> {
    const { workflow_id: workflowId, task_id: taskId } = this.#message;
    const filter = { state: 'processed', box: this.#box, task: { workflowId, taskId } } as const;
    for await (const batch of this.#core.store.entries(filter)) {
      for (const entry of batch) {
        if (this.#judged.has(entry.entryId)) continue;
        const candidate = await read(this.#core, entry);
        if (candidate !== null && this.has(candidate)) return candidate;
        this.#judged.add(entry.entryId);
      }
    }
    return null;
  }
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
