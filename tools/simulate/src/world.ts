import type { CancelTimer, Durability, FileSystem } from '@tapps-agents/fs-atomic';
import { openQueue, type Duration, type Queue, type Store } from '@tapps-agents/queue';
import { ErrorWeather } from './error-weather.ts';
import { History } from './history.ts';
import { Machine } from './machine.ts';
import { observeStore } from './observed-store.ts';
import { Random } from './random.ts';
import type { Harm, Scenario } from './scenario.ts';
import { SimulatedFileSystem, type FileSystemTraits } from './simulated-file-system.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { Takeovers } from './takeovers.ts';
import { Trace } from './trace.ts';
import { Watches } from './watches.ts';
import { WindowsRules } from './windows-rules.ts';

/** Puts something between the code under test and the simulated file system: how faults are planted. */
export type Tampering = (fileSystem: FileSystem, process: SimulatedProcess, world: World) => FileSystem;

/** Changes what a process's store does, before anybody listens to it: how faults above the disk are planted. */
export type StoreTampering = (store: Store, process: SimulatedProcess, world: World) => void;

/** A program that a process runs. It ends by itself, or when its world closes. */
export type Program = (world: World, process: SimulatedProcess) => Promise<void>;

/** Everything that one run consists of. */
export class World {
  readonly root = '/project/.tapps-agents/messages';
  readonly scenario: Scenario;
  readonly machine: Machine;
  readonly history: History;
  readonly traits: FileSystemTraits;
  /** False: programs do what is easiest, and nothing fails any more. */
  harmful = true;
  /** Names of deliveries that outlive their processes: what scripts keep in their variables. */
  readonly names: string[] = [];
  /** What has befallen it so far. */
  readonly harmed = new Set<Harm>();
  readonly #tampering: Tampering;
  readonly #storeTampering: StoreTampering | undefined;
  readonly #programs = new Map<SimulatedProcess, Program>();
  readonly #closing = new Map<SimulatedProcess, () => void>();
  readonly #closed = new Set<SimulatedProcess>();
  /** Takes back a request to end that has not arrived yet. */
  readonly #requests = new Map<SimulatedProcess, CancelTimer>();
  #hosts = 0;

  constructor(scenario: Scenario, tampering: Tampering, keepTrace: number, storeTampering?: StoreTampering) {
    const random = new Random(scenario.seed + 0.5);
    this.scenario = scenario;
    this.#tampering = tampering;
    this.#storeTampering = storeTampering;
    this.machine = new Machine({ ...scenario, random, trace: new Trace(keepTrace) });
    this.history = new History(this.machine, this.root, scenario.forgets);
    this.traits = {
      weather: new ErrorWeather(scenario.spells, scenario.shortWrites, random.fork()),
      watches: new Watches(this.machine, random.fork(), scenario.hintsDelivered),
      windows: scenario.windows ? new WindowsRules(random.fork(), scenario.busyShare) : null,
      flushesDirectories: scenario.flushesDirectories,
      takeovers: new Takeovers(this.machine, scenario.windows, (rule, detail) =>
        this.history.violate(rule, detail),
      ),
      renamed: (process, to) => this.#renamed(process, to),
    };
    this.machine.disk.make('/project', 'directory', 0o755, this.machine.wall_ms);
    this.machine.disk.flushDirectory('/');
  }

  /** Starts a process that runs a program. */
  start(name: string, program: Program): SimulatedProcess {
    // On hosts of their own, nobody can tell whether another is dead; only its silence speaks.
    this.#hosts += 1;
    const host = this.scenario.deathIsProvable ? 'machine' : `host-${this.#hosts}`;
    const process = this.machine.spawn(name, (self) => this.#run(self, program), host);
    this.#programs.set(process, program);
    return process;
  }

  /** Processes whose program has not ended, with it. */
  get running(): readonly (readonly [SimulatedProcess, Program])[] {
    return [...this.#programs].filter(([process]) => process.state !== 'dead');
  }

  /** Whether somebody runs this program who was not asked to end. */
  isAtWork(program: Program): boolean {
    return this.running.some(([process, running]) => running === program && !this.#closed.has(process));
  }

  fileSystem(process: SimulatedProcess): FileSystem {
    return this.#tampering(new SimulatedFileSystem(this.machine, process, this.traits), process, this);
  }

  /** Opens the queue, however often that takes: an error of the disk may pass. */
  async open(
    process: SimulatedProcess,
    agent: string,
    how: {
      readonly lease?: Duration;
      readonly retentionInterval?: Duration;
      readonly ackDurability?: Durability;
    } = {},
  ): Promise<Queue> {
    const { forgets, lease_ms, retentionInterval: interval } = this.scenario;
    for (;;) {
      const undisturbed = !this.harmful;
      try {
        const queue = await openQueue({
          root: this.root,
          agent,
          fileSystem: this.fileSystem(process),
          clock: process.clock,
          random: process.random.next,
          lease: how.lease ?? lease_ms,
          pollInterval: this.scenario.poll_ms,
          ackDurability: how.ackDurability ?? this.#ackDurabilityOf(process),
          retry: { backoff: 200, maxDeliveries: 8 },
          retention: { interval: how.retentionInterval ?? interval, processedMaxAge: forgets ? 1 : '7d' },
        });
        queue.events.on('error', (error) => this.machine.trace.add(`error ${process.name} ${textOf(error)}`));
        this.#storeTampering?.(queue.store, process, this);
        observeStore(queue.store, process, this.history, this.scenario.flushesDirectories);
        return queue;
      } catch (error) {
        this.machine.trace.add(`cannot open ${process.name} ${textOf(error)}`);
        this.#checkRefusal(error, undisturbed);
        await this.sleep(process, 500);
      }
    }
  }

  #ackDurabilityOf({ started }: SimulatedProcess): Durability {
    if (!this.scenario.mixesAckDurability) return this.scenario.ackDurability;
    return started % 2 === 0 ? 'full' : 'none';
  }

  /** Closes a queue. One that cannot be closed because the disk fails is left to others; its process ends all the same. */
  async closeQueue(process: SimulatedProcess, queue: Queue, grace = 5_000): Promise<void> {
    const undisturbed = !this.harmful;
    try {
      await queue.close({ grace });
    } catch (error) {
      this.machine.trace.add(`closing failed ${process.name} ${textOf(error)}`);
      if (undisturbed) this.history.violate('closing fails', textOf(error));
      this.machine.kill(process);
    }
  }

  /** Waits on the process's clock. */
  sleep(process: SimulatedProcess, for_ms: number): Promise<void> {
    return new Promise((resolve) => {
      process.clock.setTimer(resolve, for_ms);
    });
  }

  /** Resolves when this process is asked to end (SIGTERM). */
  closing(process: SimulatedProcess): Promise<void> {
    return new Promise((resolve) => {
      if (this.#closed.has(process)) resolve();
      else this.#closing.set(process, resolve);
    });
  }

  /** Asks a process to end in good order. */
  close(process: SimulatedProcess): void {
    if (this.#closed.has(process)) return;
    this.#closed.add(process);
    this.machine.trace.add(`close ${process.name}`);
    this.#requests.set(
      process,
      process.clock.setTimer(() => this.#closing.get(process)?.(), 0),
    );
  }

  async #run(process: SimulatedProcess, program: Program): Promise<void> {
    try {
      await program(this, process);
    } catch (error) {
      this.history.violate('a program failed', `${process.name}: ${textOf(error)}`);
    }
    if (this.#programs.delete(process)) this.machine.trace.add(`end ${process.name}`);
    this.#requests.get(process)?.();
    // A call that is under way ends by itself; a timer that nobody cancelled keeps a process alive.
    const tasks = this.machine.tasksOf(process).filter((task) => task === 'timer');
    // On Windows, a session that was lost lets go of its file in the background, which takes a while.
    if (tasks.length > 0 && !process.isBusyBehind && !this.scenario.windows) {
      this.history.violate('something goes on', `in ${process.name}, which has ended: ${tasks.join(', ')}`);
    }
    this.machine.kill(process);
  }

  /** Of the mutex that the queue itself uses, there is nobody else to tell of its generations. */
  #renamed(process: SimulatedProcess, to: string): void {
    const generation = /\/locks\/mutexes\/retention\/g(\d+)~held~/.exec(to)?.[1];
    if (generation !== undefined) this.history.held(process, `retention ${generation}`, false);
  }

  /** Whatever crashes and errors leave behind, the directory must stay one that can be opened. */
  #checkRefusal(error: unknown, undisturbed: boolean): void {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ERR_NOT_A_MESSAGES_DIRECTORY' || code === 'ERR_LAYOUT_TOO_NEW' || undisturbed) {
      this.history.violate('the directory cannot be opened', textOf(error));
    }
  }
}

/** An error in one line. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? `${String(error.code)} ` : '';
  return `${error.name} ${code}${error.message.replaceAll('\n', ' ').slice(0, 300)}`;
}
