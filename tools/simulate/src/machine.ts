import type { CancelTimer } from '@tapps-agents/fs-atomic';
import { losePower, type Severity, type SplitFiles } from './power-loss.ts';
import { Random } from './random.ts';
import { Schedule, type Strategy, type Task } from './schedule.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { letOthersRun } from './simulated-host.ts';
import type { Trace } from './trace.ts';

/** How a machine behaves. */
export interface MachineOptions {
  readonly random: Random;
  readonly trace: Trace;
  readonly strategy: Strategy;
  /** Milliseconds to which modification times are cut. */
  readonly timeGranularity_ms: number;
  /** Virtual time that a call takes, at most. */
  readonly call_ms: number;
  /** The share of calls that take much longer, and how long at most. */
  readonly slowCalls: number;
  readonly slowCall_ms: number;
  /** The disk has no journal: see `split-renames.ts`. */
  readonly splitsRenames: boolean;
}

/** Why a run of the machine came to an end. */
export type Ending = 'done' | 'idle' | 'too many steps' | 'too late';

/** 2026-01-01T00:00:00Z. */
const epoch_ms = Date.UTC(2026, 0, 1);

/**
 * A computer with a disk, a clock and processes, of which exactly one moves at a time: at each step a task is picked by
 * seed, done, and its process runs until it waits for something again. Nothing else decides, so a seed replays a run.
 */
export class Machine {
  readonly disk: SimulatedDisk;
  readonly random: Random;
  readonly trace: Trace;
  readonly processes = new Map<number, SimulatedProcess>();
  /** How many processes were started. */
  starts = 0;
  /** The process whose code is running right now. */
  current: SimulatedProcess | null = null;
  /** Virtual milliseconds since the run began. */
  now_ms = 0;
  steps = 0;
  /** How many times the power was lost. */
  crashes = 0;
  /** Whether some calls take much longer than others. */
  hasSlowCalls = true;
  /** Called before each step: the place to do harm. */
  beforeStep: (() => void) | undefined;
  readonly #options: MachineOptions;
  readonly #schedule: Schedule;
  #tasks: Task[] = [];
  #nextPid = 1_000_000_001;
  #slept_ms = 0;
  #uncounted_ms = 0;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.random = options.random;
    this.trace = options.trace;
    this.disk = new SimulatedDisk(options.timeGranularity_ms);
    this.#schedule = new Schedule(options.strategy, options.random.fork());
  }

  /** The wall clock, as the file system has it. */
  get wall_ms(): number {
    return epoch_ms + Math.floor(this.now_ms + this.#uncounted_ms);
  }

  /** Starts a process, which begins with its first step. Its main program must not reject. */
  spawn(
    name: string,
    main: (process: SimulatedProcess) => Promise<void>,
    host = 'machine',
  ): SimulatedProcess {
    const process = new SimulatedProcess(this, name, this.#pid(), host, this.random.fork());
    this.processes.set(process.pid, process);
    this.trace.add(`start ${name} pid ${process.pid}`);
    this.#add(process, 'start', 0, () => void main(process));
    return process;
  }

  /** Lets a process wait until the scheduler picks it; then does `run` at once, undisturbed. */
  perform<T>(process: SimulatedProcess, label: string, run: () => T): Promise<T> {
    const { slowCalls, slowCall_ms } = this.#options;
    const delay_ms =
      this.hasSlowCalls && this.random.chance(slowCalls) ? this.random.next() * slowCall_ms : 0;
    return new Promise((resolve, reject) => {
      this.#add(process, label, delay_ms, () => {
        try {
          resolve(run());
        } catch (error) {
          // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- what the call threw
          reject(error);
        }
      });
    });
  }

  setTimer(process: SimulatedProcess, run: () => void, delay_ms: number): CancelTimer {
    const task = this.#add(process, 'timer', Math.max(0, delay_ms), run);
    return () => {
      const index = this.#tasks.indexOf(task);
      if (index !== -1) this.#tasks.splice(index, 1);
    };
  }

  /** What a process waits for. */
  tasksOf(process: SimulatedProcess): readonly string[] {
    return this.#tasks.flatMap((task) => (task.process === process ? [task.label] : []));
  }

  /** SIGKILL: nothing of it runs any more, and the system closes its files. */
  kill(process: SimulatedProcess): void {
    if (process.state === 'dead') return;
    this.trace.add(`kill ${process.name}`);
    this.#end(process);
  }

  /** SIGSTOP, and SIGCONT after so long. */
  stop(process: SimulatedProcess, for_ms: number): void {
    if (process.state !== 'running') return;
    this.trace.add(`stop ${process.name} for ${for_ms} ms`);
    process.state = 'stopped';
    this.#add(this.#kernel, `continue ${process.name}`, for_ms, () => {
      if (process.state === 'stopped') process.state = 'running';
    });
  }

  /** Everybody goes on. */
  continueAll(): void {
    for (const process of this.processes.values()) if (process.state === 'stopped') process.state = 'running';
  }

  /** The power is lost: every process is dead, and of the disk there is what a crash may leave. */
  crash(severity?: Severity): SplitFiles {
    this.trace.add('power loss');
    for (const process of this.processes.values()) this.#end(process);
    this.crashes += 1;
    const split = losePower(this.disk, this.random, severity, this.#options.splitsRenames);
    for (const { path, inode } of this.disk.files('/')) this.trace.add(`left ${path} ${inode.id}`);
    return split;
  }

  /**
   * Everybody sleeps, as a laptop does: the wall clock goes on, and the monotonic clock does (Windows) or does not (Linux,
   * clock_gettime(2)).
   */
  sleep(for_ms: number, countsTime: boolean): void {
    this.trace.add(`sleep ${for_ms} ms${countsTime ? '' : ', not counted'}`);
    if (countsTime) {
      this.now_ms += for_ms;
      this.#slept_ms += for_ms;
    } else this.#uncounted_ms += for_ms;
  }

  /** Runs until `isDone` says so (asked whenever time moves), nothing is left to do, or a limit is reached. */
  async run(
    limits: { readonly steps: number; readonly until_ms: number },
    isDone: () => boolean,
  ): Promise<Ending> {
    const lastStep = this.steps + limits.steps;
    const sleptBefore_ms = this.#slept_ms;
    for (;;) {
      this.beforeStep?.();
      const runnable = this.#runnable();
      if (runnable.length === 0) {
        if (isDone()) return 'done';
        const next_ms = this.#nextTime();
        if (next_ms === null) return 'idle';
        if (next_ms > limits.until_ms + this.#slept_ms - sleptBefore_ms) return 'too late';
        this.now_ms = next_ms;
        continue;
      }
      if (this.steps >= lastStep) return 'too many steps';
      this.steps += 1;
      await this.#do(this.#schedule.pick(runnable));
    }
  }

  async #do(task: Task): Promise<void> {
    this.#tasks.splice(this.#tasks.indexOf(task), 1);
    this.now_ms += this.#options.call_ms === 0 ? 0 : this.random.next() * this.#options.call_ms;
    if (task.label !== 'timer')
      this.trace.add(`${Math.round(this.now_ms)} ${task.process.name} ${task.label}`);
    this.current = task.process;
    task.run();
    await letOthersRun();
    this.current = null;
  }

  /** A new one, or now and then that of a process that is dead. */
  #pid(): number {
    const free = [...this.processes.values()].filter(({ state }) => state === 'dead');
    if (free.length > 0 && this.random.chance(0.3)) return this.random.pick(free).pid;
    this.#nextPid += 1;
    return this.#nextPid;
  }

  #add(process: SimulatedProcess, label: string, delay_ms: number, run: () => void): Task {
    const task: Task = { process, label, ready_ms: this.now_ms + delay_ms, run };
    if (process.state !== 'dead') this.#tasks.push(task);
    return task;
  }

  #end(process: SimulatedProcess): void {
    process.state = 'dead';
    this.#tasks = this.#tasks.filter((task) => task.process !== process);
    for (const close of process.onDeath) close();
    process.onDeath.clear();
  }

  #runnable(): Task[] {
    const runnable: Task[] = [];
    for (const task of this.#tasks) {
      if (task.ready_ms <= this.now_ms && task.process.state === 'running') runnable.push(task);
    }
    return runnable;
  }

  #nextTime(): number | null {
    let next_ms: number | null = null;
    for (const { process, ready_ms } of this.#tasks) {
      if (process.state === 'running' && (next_ms === null || ready_ms < next_ms)) next_ms = ready_ms;
    }
    return next_ms;
  }

  /** Not among `processes`: nothing happens to it. */
  readonly #kernel: SimulatedProcess = new SimulatedProcess(this, 'kernel', 1, 'machine', new Random(0));
}
