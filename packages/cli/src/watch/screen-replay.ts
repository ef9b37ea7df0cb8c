import type { OperationRecord, Queue, ReplayFilter } from '@tapps-agents/queue';
import { operatorName } from '../operator-name.ts';

/** A replay that was ended before it was through. */
export interface UnfinishedReplay {
  /** By which it can be gone on with. */
  readonly id: string;
  readonly replayed: number;
  readonly total: number;
}

/** The replays that keys ask for, one at a time. One that runs can be ended between two messages, and be gone on with elsewhere. */
export class ScreenReplay {
  readonly #queue: Queue;
  readonly #ending = new AbortController();
  #running: Promise<unknown> | null = null;
  #unfinished: UnfinishedReplay | null = null;

  constructor(queue: Queue) {
    this.#queue = queue;
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** Replays what matches, and says what became of it. `begun` is told how many there are, before the first. */
  async run(filter: ReplayFilter, begun: (total: number) => void): Promise<string> {
    const run = this.#replay(filter, begun);
    this.#running = run;
    try {
      return await run;
    } finally {
      this.#running = null;
    }
  }

  /** Ends what runs; settles once nothing does. The replay that was not through then; null where there is none. */
  async end(): Promise<UnfinishedReplay | null> {
    this.#ending.abort();
    await this.#running;
    return this.#unfinished;
  }

  async #replay(filter: ReplayFilter, begun: (total: number) => void): Promise<string> {
    const { signal } = this.#ending;
    const counts = new Map<string, number>();
    let record: OperationRecord | undefined;
    const onBegin = (one: OperationRecord): void => {
      record = one;
      begun(one.total);
    };
    const steps = this.#queue.operations.replay({
      filter,
      dryRun: false,
      by: operatorName(),
      signal,
      onBegin,
    });
    try {
      for await (const { outcome } of steps) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    } catch (error) {
      if (error !== signal.reason) throw error;
      if (record !== undefined)
        this.#unfinished = { id: record.id, replayed: counts.get('replayed') ?? 0, total: record.total };
    }
    return counts.size === 0
      ? 'Nothing was replayed: it is no dead letter any more.'
      : [...counts].map(([outcome, count]) => told(outcome, count)).join(', ');
  }
}

/** What became of so many, and what to do about those that stay. */
function told(outcome: string, count: number): string {
  return outcome === 'will_fail'
    ? `${count} would fail again (enter shows why)`
    : `${count} ${outcome.replaceAll('_', ' ')}`;
}
