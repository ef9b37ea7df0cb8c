import type { Fleet, Member } from './fleet.ts';
import type { History } from './history.ts';
import { judge, type Counts, type Evidence, type Violation } from './oracle.ts';
import type { MemorySampler } from './processes.ts';

/** What became of a soak. */
export interface SoakResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly counts: Counts;
  readonly seconds: number;
  readonly drain_s: number;
  readonly kills: number;
  readonly stops: number;
  /** Stops that outlast the lease. */
  readonly longStops: number;
  /** Messages that were taken back from holders that had been killed, and from those that were only silent. */
  readonly takeoversFromDead: number;
  readonly takeoversFromStopped: number;
  readonly leasesLost: number;
  readonly sweptTemporary: number;
  /** Owners' records that are cut short. They are ended by whoever watches them for a while. */
  readonly cutOwners: number;
  readonly errors: Readonly<Record<string, number>>;
  /** Null where the system does not tell. */
  readonly peakProducer_bytes: number | null;
  readonly peakConsumer_bytes: number | null;
  /** The processor time of one idle consumer, in percent of one core. */
  readonly idle_percent: number | null;
}

/** What was measured while it ran. */
export interface Measured extends Pick<
  SoakResult,
  'seconds' | 'drain_s' | 'idle_percent' | 'sweptTemporary'
> {
  /** The process ids of sessions that others have ended, by owner. */
  readonly endedOwners: ReadonlyMap<string, number>;
}

/** All that a result is made of. */
export interface RunEvidence extends Evidence, Measured {
  readonly seed: number;
  readonly fleet: Fleet;
  readonly memory: MemorySampler;
  readonly longStops: number;
  /** What went wrong before there was anything to judge. */
  readonly violations: readonly Violation[];
}

/** No process may ever have more than this. */
const MAX_MEMORY_BYTES = 400 * 2 ** 20;
/** Errors that say no more than that a process was stopped for too long, or overtaken. */
const EXPLAINED = new Set(['ERR_SESSION_LOST', 'ERR_LEASE_LOST', 'ERR_MUTEX_LOST']);

/** Judges a run, and counts what happened in it. */
export function resultOf(run: RunEvidence): SoakResult {
  const { history, files, fleet, memory } = run;
  const { violations, counts } = judge(run);
  const peak = memory.peak_bytes;
  const excess = Object.entries(peak).filter(([, bytes]) => bytes > MAX_MEMORY_BYTES);
  const fromDead = takeoversFromDead(history, fleet.members, run.endedOwners);
  return {
    seed: run.seed,
    violations: [
      ...violations,
      ...run.violations,
      ...fleet.deaths.map((detail) => ({ rule: 'died', detail })),
      ...excess.map(([role, bytes]) => ({ rule: 'memory', detail: `a ${role} had ${bytes} bytes` })),
      ...unexplained(history),
    ],
    counts,
    seconds: run.seconds,
    drain_s: run.drain_s,
    kills: fleet.members.filter(({ killedAt_us }) => killedAt_us !== null).length,
    stops: fleet.members.reduce((sum, { stops }) => sum + stops, 0),
    longStops: run.longStops,
    takeoversFromDead: fromDead,
    takeoversFromStopped: history.takeovers.length - fromDead,
    leasesLost: history.leasesLost,
    sweptTemporary: run.sweptTemporary,
    cutOwners: files.filter(({ place }) => place === 'cut owner').length,
    errors: Object.fromEntries([...history.errors].map(([code, { count }]) => [code, count])),
    peakProducer_bytes: memory.samples === 0 ? null : peak.producer,
    peakConsumer_bytes: memory.samples === 0 ? null : peak.consumer,
    idle_percent: run.idle_percent,
  };
}

function unexplained({ errors }: History): Violation[] {
  return [...errors]
    .filter(([code]) => !EXPLAINED.has(code))
    .map(([code, { count, example }]) => ({ rule: 'error', detail: `${code}, ${count} times: ${example}` }));
}

/** Of several who take over from one holder only the first still knows its process; its ended record tells the rest. */
function takeoversFromDead(
  { takeovers }: History,
  members: readonly Member[],
  endedOwners: ReadonlyMap<string, number>,
): number {
  const killed = new Map(members.map(({ pid, killedAt_us }) => [pid, killedAt_us]));
  return takeovers.filter(({ at_us, pid, owner }) => {
    const killedAt_us = killed.get(pid ?? endedOwners.get(owner) ?? -1) ?? null;
    return killedAt_us !== null && killedAt_us <= at_us;
  }).length;
}
