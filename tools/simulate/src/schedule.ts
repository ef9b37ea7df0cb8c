import type { Random } from './random.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** Something that a process waits for: a call of the file system, a timer, a turn of its event loop. */
export interface Task {
  readonly process: SimulatedProcess;
  readonly label: string;
  readonly ready_ms: number;
  readonly run: () => void;
}

/**
 * How the next task is picked from those that could go on.
 *
 * `uniform`: any. `sticky`: mostly the process that ran last, so that others meet it far from where they left it.
 * `priorities`: always the process of the highest priority, which sinks to the lowest now and then: finds orders that few
 * changes of process make (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs",
 * ASPLOS 2010).
 */
export type Strategy = 'uniform' | 'sticky' | 'priorities';

/** Picks who goes on. */
export class Schedule {
  readonly #strategy: Strategy;
  readonly #random: Random;
  #last: SimulatedProcess | undefined;

  constructor(strategy: Strategy, random: Random) {
    this.#strategy = strategy;
    this.#random = random;
  }

  /** One of the tasks, of which there is at least one. */
  pick(tasks: readonly Task[]): Task {
    const picked = this.#pick(tasks);
    this.#last = picked.process;
    return picked;
  }

  #pick(tasks: readonly Task[]): Task {
    switch (this.#strategy) {
      case 'uniform':
        return this.#random.pick(tasks);
      case 'sticky': {
        const same = this.#random.chance(0.85) ? tasks.filter(({ process }) => process === this.#last) : [];
        return this.#random.pick(same.length > 0 ? same : tasks);
      }
      case 'priorities': {
        const highest = Math.max(...tasks.map(({ process }) => process.priority));
        const best = tasks.filter(({ process }) => process.priority === highest);
        const picked = this.#random.pick(best);
        if (this.#random.chance(0.02)) picked.process.priority = this.#random.next() - 1;
        return picked;
      }
    }
  }
}
