import type { Clock } from '@tapps-agents/fs-atomic';
import type { Machine } from './machine.ts';
import type { Random } from './random.ts';

/** What a process is doing: `stopped` as by SIGSTOP; `dead` for good. */
export type ProcessState = 'running' | 'stopped' | 'dead';

/** One process of the simulated machine: what it runs is ordinary code, which suspends at its calls. */
export class SimulatedProcess {
  readonly machine: Machine;
  readonly name: string;
  /** As how many-th of its machine it started: tells it from others of the same pid. */
  readonly started: number;
  readonly pid: number;
  readonly host: string;
  readonly random: Random;
  readonly clock: Clock;
  state: ProcessState = 'running';
  /** Run when the process dies, for what the system does then: closing its files. */
  readonly onDeath = new Set<() => void>();
  /** The scheduler's: higher goes first. */
  priority: number;
  /** What may go on for a while after the process's program has ended: handlers that were told to stop, and the like. */
  handlers = 0;
  #wallOffset_ms = 0;

  constructor(machine: Machine, name: string, pid: number, host: string, random: Random) {
    this.machine = machine;
    machine.starts += 1;
    this.started = machine.starts;
    this.name = name;
    this.pid = pid;
    this.host = host;
    this.random = random;
    this.priority = random.next();
    // Each process's monotonic clock begins somewhere else, and is no whole number.
    const offset_ms = random.integer(0, 1_000_000) + 0.25;
    this.clock = {
      now: () => machine.wall_ms + this.#wallOffset_ms,
      monotonic: () => machine.now_ms + offset_ms,
      setTimer: (run, delay_ms) => machine.setTimer(this, run, delay_ms),
    };
  }

  get isBusyBehind(): boolean {
    return this.handlers > 0;
  }

  /** Sets this process's wall clock forward or back, as an administrator does. */
  shiftWallClock(by_ms: number): void {
    this.#wallOffset_ms += by_ms;
  }
}
