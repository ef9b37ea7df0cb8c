import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** What the figures were taken on. */
export interface Machine {
  readonly node: string;
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memory_mib: number;
  /** Of the last minute, when the run began: what else was going on. */
  readonly load: number;
}

/** This machine, as far as it matters to the figures; nothing that tells whose it is. */
export function thisMachine(): Machine {
  return {
    node: process.version,
    system: `${process.platform} ${release().split('-')[0] ?? ''} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory_mib: Math.round(totalmem() / 1_048_576),
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}
