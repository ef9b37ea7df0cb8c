import { EventEmitter, once } from 'node:events';
import type { StatusUpdate, TaskComplete } from '@tapps-agents/contracts';

/** One task, and what agents have said about it. */
export interface TaskRecord {
  readonly taskId: string;
  /** The file, or null for the report. */
  readonly path: string | null;
  readonly completions: readonly TaskComplete[];
  readonly statuses: readonly StatusUpdate[];
}

interface MutableRecord extends TaskRecord {
  readonly completions: TaskComplete[];
  readonly statuses: StatusUpdate[];
}

/** What the orchestrator knows: every task it expects, and every message about them, in the order of arrival. */
export class TaskBoard {
  readonly #records = new Map<string, MutableRecord>();
  readonly #changes = new EventEmitter().setMaxListeners(0);
  #done = 0;
  /** What the last status update said its agent is doing. */
  currentStep = '';
  /** Messages about tasks that nobody expected. */
  readonly strays: string[] = [];

  expect(taskId: string, path: string | null): void {
    this.#records.set(taskId, { taskId, path, completions: [], statuses: [] });
  }

  recordStatus(update: StatusUpdate): void {
    const record = this.#records.get(update.task_id);
    if (record === undefined) this.strays.push(`a status update for ${update.task_id}`);
    else record.statuses.push(update);
    this.currentStep = update.current_step ?? this.currentStep;
    this.touch();
  }

  recordCompletion(completion: TaskComplete): void {
    const record = this.#records.get(completion.task_id);
    if (record === undefined) this.strays.push(`a completion of ${completion.task_id}`);
    else if (record.completions.push(completion) === 1) this.#done += 1;
    this.touch();
  }

  /** Something changed, here or elsewhere: those who wait look again. */
  touch(): void {
    this.#changes.emit('change');
  }

  /** Calls `listener` at each change; returns what stops that. */
  onChange(listener: () => void): () => void {
    this.#changes.on('change', listener);
    return () => void this.#changes.off('change', listener);
  }

  /** Tasks with at least one completion. */
  get done(): number {
    return this.#done;
  }

  get total(): number {
    return this.#records.size;
  }

  records(): readonly TaskRecord[] {
    return [...this.#records.values()];
  }

  /** The first completion of a task, if there is one yet. */
  completion(taskId: string): TaskComplete | undefined {
    return this.#records.get(taskId)?.completions[0];
  }

  /** The first status update of a task that says this step. */
  status(taskId: string, step: string): StatusUpdate | undefined {
    return this.#records.get(taskId)?.statuses.find((update) => update.current_step === step);
  }

  /** Waits until `find` finds something; rejects with the signal's reason when that comes first. */
  async until<T>(find: () => T | undefined, signal: AbortSignal): Promise<T> {
    for (;;) {
      signal.throwIfAborted();
      const found = find();
      if (found !== undefined) return found;
      await once(this.#changes, 'change', { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
