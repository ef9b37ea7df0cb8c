import {
  tryParseMessage,
  type Message,
  type TaskAssignment,
  type TaskComplete,
} from '@tapps-agents/contracts';
import { systemErrorCode } from '@tapps-agents/fs-atomic';
import type { Core } from '../core.ts';
import type { Box, Entry } from '../stored-message.ts';

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

  /**
   * The answer, where somebody else has finished it; null as long as there is none. What cannot be read is no reason to
   * overlook the others; where none of those is the answer it is thrown, and read again the next time.
   */
  async processed(): Promise<TaskComplete | null> {
    const { workflow_id: workflowId, task_id: taskId } = this.#message;
    const filter = { state: 'processed', box: this.#box, task: { workflowId, taskId } } as const;
    const faults: unknown[] = [];
    for await (const batch of this.#core.store.entries(filter)) {
      for (const entry of batch) {
        if (this.#judged.has(entry.entryId)) continue;
        try {
          const candidate = parse(this.#core, await this.#core.store.read(entry));
          if (candidate !== null && this.has(candidate)) return candidate;
          this.#judged.add(entry.entryId);
        } catch (error) {
          if (saysNothing(error)) this.#judged.add(entry.entryId);
          else faults.push(error);
        }
      }
    }
    if (faults.length > 0) throw faults[0];
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
    return parse(core, await core.store.read(entry));
  } catch {
    return null; // It says nothing about an answer; whoever takes it deals with it.
  }
}

function parse(core: Core, bytes: Uint8Array | undefined): Message | null {
  const parsed = bytes === undefined ? null : tryParseMessage(bytes, { definitions: core.definitions });
  return parsed?.ok === true ? parsed.message : null;
}

/** Too large for a message, or no file at all: it will be so the next time, too. Any other fault may pass. */
function saysNothing(error: unknown): boolean {
  return ['EFBIG', 'EINVAL'].includes(systemErrorCode(error) ?? '');
}
