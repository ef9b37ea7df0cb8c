import { tryParseMessage, type TaskAssignment, type TaskComplete } from '@tapps-agents/contracts';
import { Answers } from './answers.ts';
import type { Core } from '../core.ts';
import { toMilliseconds, type Duration } from '../duration.ts';
import { QueueError } from '../errors.ts';
import { examineOrPutBack, putBack } from '../delivery/examination.ts';
import { isFileSystemFault } from '../file-system-fault.ts';
import { isLeaseLost } from '../delivery/ended-delivery.ts';
import { DISCOVERY_INTERVAL_MS, FIRST_POLL_MS } from '../limits.ts';
import type { SendOptions } from '../queue.ts';
import { recoverBox } from '../consuming/recovering.ts';
import { sendMany } from '../sending/sending.ts';
import { SettledInDoubt } from '../settled-in-doubt.ts';
import type { BoxReader } from '../claim.ts';
import type { Box } from '../stored-message.ts';
import { Waker } from '../consuming/waker.ts';

const DEFAULT_TIMEOUT_MS = 600_000;

/**
 * Sends a task and waits for the `task_complete` that answers it, in the assignee's outbox or, when a collector was
 * faster, among the processed messages of that task. It is finished here unless a collector of this queue takes it, or the
 * assignee is paused.
 *
 * Once the task is sent, a fault of the file system is reported and does not end the wait: the answer may come all the same.
 */
export async function request(
  core: Core,
  message: TaskAssignment,
  options: SendOptions & { readonly timeout?: Duration } = {},
): Promise<TaskComplete> {
  const timeout_ms = toMilliseconds(options.timeout ?? DEFAULT_TIMEOUT_MS, 'timeout');
  const agentId = options.to ?? message.assigned_to ?? message.agent_id;
  const answers = await Answers.before(core, { kind: 'outbox', agentId }, message);
  await sendMany(core, [message], options);
  const waiting = new Waiting(core, agentId, message, answers);
  const onAbort = (): void => waiting.hint();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const deadline_ms = core.clock.monotonic() + timeout_ms;
  try {
    for (;;) {
      const answer = await waiting.look();
      if (answer !== null) return answer;
      options.signal?.throwIfAborted();
      const left_ms = deadline_ms - core.clock.monotonic();
      if (left_ms <= 0) throw timeoutError(message, agentId, timeout_ms);
      await waiting.rest(left_ms);
    }
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
    waiting.end();
  }
}

/** Looks for one answer, time and again. */
class Waiting {
  readonly #core: Core;
  readonly #box: Box;
  readonly #message: TaskAssignment;
  readonly #answers: Answers;
  readonly #waker: Waker;
  /** For the pause after a fault, which what changes in the box does not end. */
  readonly #abortWaker: Waker;
  #reader: BoxReader | undefined;
  #stopWatching: (() => void) | null = null;
  #recovered_ms = Number.NEGATIVE_INFINITY;
  #pause_ms = FIRST_POLL_MS;
  #hasFailed = false;

  constructor(core: Core, agentId: string, message: TaskAssignment, answers: Answers) {
    this.#core = core;
    this.#box = { kind: 'outbox', agentId };
    this.#message = message;
    this.#answers = answers;
    this.#waker = new Waker(core.clock);
    this.#abortWaker = new Waker(core.clock);
  }

  /** Ends the present rest. */
  hint(): void {
    this.#waker.hint();
    this.#abortWaker.hint();
  }

  async look(): Promise<TaskComplete | null> {
    this.#hasFailed = false;
    return (
      (await this.#unlessFault(() => this.#take())) ??
      (await this.#unlessFault(() => this.#answers.processed()))
    );
  }

  async rest(limit_ms: number): Promise<void> {
    if (this.#hasFailed) {
      await this.#abortWaker.wait(Math.min(this.#core.poll_ms, limit_ms));
      return;
    }
    const hinted = await this.#waker.wait(Math.min(this.#pause_ms, limit_ms));
    this.#pause_ms = hinted ? FIRST_POLL_MS : Math.min(this.#pause_ms * 2, this.#core.poll_ms);
  }

  end(): void {
    this.#stopWatching?.();
  }

  async #unlessFault(find: () => Promise<TaskComplete | null>): Promise<TaskComplete | null> {
    try {
      return await find();
    } catch (error) {
      if (isLeaseLost(error)) return null; // Whoever has it now finishes it, and then it is among the processed.
      if (!isFileSystemFault(error)) throw error;
      this.#hasFailed = true;
      this.#core.events.report(error);
      return null;
    }
  }

  /** Claims and finishes the answer, unless a collector of this queue is there for it. */
  async #take(): Promise<TaskComplete | null> {
    const reader = (this.#reader ??= await this.#open());
    await this.#recover(reader);
    const { agentId } = this.#box;
    for (const collector of this.#core.collectors) {
      if (collector.covers(agentId, this.#message.workflow_id, 'task_complete')) return null;
    }
    if (await this.#core.store.isPaused(agentId)) return null;
    const result = await reader.claim();
    if (result.kind === 'empty') return null;
    const { claimed } = result;
    const accepted = await examineOrPutBack(this.#core, claimed);
    if (typeof accepted === 'string') return null;
    if (!this.#answers.has(accepted.message)) {
      await putBack(this.#core, claimed);
      return null;
    }
    try {
      await this.#core.store.ack(claimed, accepted.identity, { durability: this.#core.ackDurability });
      return accepted.message;
    } catch (error) {
      if (error instanceof SettledInDoubt) {
        this.#core.events.report(error);
        return accepted.message;
      }
      if (!isLeaseLost(error)) await putBack(this.#core, claimed);
      throw error;
    }
  }

  async #open(): Promise<BoxReader> {
    const { store, definitions } = this.#core;
    await store.registerAgent(this.#box.agentId); // An agent known by its inbox alone has no outbox to look into yet.
    const reader = store.openBox(this.#box, {
      accepts: ({ messageType }) => messageType === 'task_complete',
      wants: (bytes) => {
        const parsed = tryParseMessage(bytes, { definitions });
        return parsed.ok && this.#answers.has(parsed.message);
      },
    });
    this.#stopWatching = store.watch(this.#box, () => {
      reader.refresh();
      this.#waker.hint();
    });
    return reader;
  }

  /** Now and then: whoever had claimed the answer may have died with it. */
  async #recover(reader: BoxReader): Promise<void> {
    const now = this.#core.clock.monotonic();
    if (now - this.#recovered_ms < DISCOVERY_INTERVAL_MS) return;
    this.#recovered_ms = now;
    await recoverBox(this.#core, reader);
  }
}

function timeoutError(message: TaskAssignment, agentId: string, timeout_ms: number): QueueError {
  return new QueueError(
    'ERR_TIMEOUT',
    `No task_complete for task ${JSON.stringify(message.task_id)} arrived from ${JSON.stringify(agentId)} within ${timeout_ms} ms. Nothing was withdrawn; what has become of the task: \`tapps-mq inspect ${message.message_id}\`.`,
    {
      messageId: message.message_id,
      agentId,
    },
  );
}
