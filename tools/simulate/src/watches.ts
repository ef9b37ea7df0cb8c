import type { CancelTimer, StopWatching } from '@tapps-agents/fs-atomic';
import type { Inode } from './inode.ts';
import type { Machine } from './machine.ts';
import type { Random } from './random.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { systemError } from './system-error.ts';

interface Watch {
  readonly process: SimulatedProcess;
  readonly changed: () => void;
  /** Takes back hints that are on their way. */
  readonly pending: Set<CancelTimer>;
}

/** Hints that a directory has changed. They may come late, and they may not come at all. */
export class Watches {
  readonly #machine: Machine;
  readonly #random: Random;
  readonly #delivered: number;
  readonly #byDirectory = new Map<Inode, Set<Watch>>();

  /** `delivered` is the share of hints that arrive; with 0, nothing can be watched. */
  constructor(machine: Machine, random: Random, delivered: number) {
    this.#machine = machine;
    this.#random = random;
    this.#delivered = delivered;
    machine.disk.onChange = (directory) => this.#changed(directory);
  }

  add(
    process: SimulatedProcess,
    path: string,
    changed: () => void,
    _failed: (error: Error) => void,
  ): StopWatching {
    if (this.#delivered === 0) throw systemError('ENOSPC', 'watch', path);
    const directory = this.#machine.disk.get(path, 'watch');
    const watches = this.#byDirectory.get(directory) ?? new Set<Watch>();
    this.#byDirectory.set(directory, watches);
    const watch: Watch = { process, changed, pending: new Set() };
    watches.add(watch);
    return () => {
      watches.delete(watch);
      for (const cancel of watch.pending) cancel();
    };
  }

  #changed(directory: Inode): void {
    for (const watch of this.#byDirectory.get(directory) ?? []) {
      if (watch.process.state === 'dead' || !this.#random.chance(this.#delivered)) continue;
      const cancel = this.#machine.setTimer(
        watch.process,
        () => {
          watch.pending.delete(cancel);
          watch.changed();
        },
        this.#random.integer(0, 20),
      );
      watch.pending.add(cancel);
    }
  }
}
