import type { Claimed } from '@tapps-agents/queue';
import type { Machine } from './machine.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** One of them: it lasts at least until then, unless the power is lost. */
interface Detached {
  readonly until_ms: number;
  readonly crashes: number;
}

/** What is known of deliveries that outlive their processes: each lasts for its time. */
export class DetachedDeliveries {
  readonly #machine: Machine;
  readonly #violate: (rule: string, detail: string) => void;
  readonly #begun = new Map<string, Detached>();
  /** By their owners: each has one of its own. */
  readonly #done = new Map<string, Detached>();

  constructor(machine: Machine, violate: (rule: string, detail: string) => void) {
    this.#machine = machine;
    this.#violate = violate;
  }

  /** Somebody begins to let go of a delivery, which is to last for so long from then on. */
  begins({ entry }: Claimed, lease_ms: number): void {
    const until_ms = this.#machine.now_ms + lease_ms;
    this.#begun.set(entry.entryId, { until_ms, crashes: this.#machine.crashes });
  }

  /** It has let go of it, and its name is told, at the end of which stands its owner's id. */
  ends({ entry }: Claimed): void {
    const begun = this.#begun.get(entry.entryId);
    const owner = /~(\w+)\.json$/.exec(entry.entryId)?.[1];
    if (begun !== undefined && owner !== undefined) this.#done.set(owner, begun);
    this.#machine.trace.add(`detached ${entry.entryId}`);
  }

  /** A lease was taken back from an owner that is said to be gone. */
  takenBack(process: SimulatedProcess, owner: string): void {
    const detached = this.#done.get(owner);
    if (detached === undefined || detached.crashes !== this.#machine.crashes) return;
    if (this.#machine.now_ms >= detached.until_ms) return;
    this.#violate('taken back too early', `the delivery of ${owner}, by ${process.name}`);
  }
}
