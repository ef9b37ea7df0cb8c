import type { Profiler } from 'node:inspector';
import { attribute, type Attributed } from '../inside/attribute.ts';
import { Recording } from '../inside/recording.ts';
import { sourcePositions } from '../inside/source-positions.ts';
import { openOperation, type ContestantSettings } from '../open-subject.ts';
import { timed } from '../timed.ts';
import type { Verbs } from '../verbs.ts';

/** What a slice took that nothing recorded. */
export interface Split {
  readonly wall_us: number;
  readonly user_us: number;
  readonly system_us: number;
}

/**
 * A contestant that is looked into: `run N` and `fill N` are a contestant's; `split N` tells the time in user and in system mode;
 * `profile N` records a slice, and `parts` tells where all of those were spent; `allocate N` and `outlive N` count bytes.
 */
export async function profiled(settings: ContestantSettings): Promise<Verbs> {
  const chosen = await openOperation(settings);
  let begun: Recording | undefined; // Until the process ends; not before it is needed, as it may slow down what is not recorded.
  const recording = (): Recording => (begun ??= new Recording());
  const profiles: Profiler.Profile[] = [];
  const readied = async (count: number): Promise<() => Promise<void> | void> => {
    await chosen.ready?.(count);
    return () => chosen.run(count);
  };
  return {
    fill: (count) => chosen.fill?.(count),
    run: async (count) => timed(count, await readied(count)),
    split: async (count) => splitOf(await readied(count)),
    async profile(count): Promise<void> {
      profiles.push(await recording().profile(await readied(count)));
    },
    parts: (): Attributed => attribute(profiles, sourcePositions(import.meta.url)),
    allocate: async (count) => recording().allocated('all', await readied(count)),
    outlive: async (count) => recording().allocated('outlived', await readied(count)),
  };
}

async function splitOf(call: () => Promise<void> | void): Promise<Split> {
  const processor = process.cpuUsage();
  const began_ms = performance.now();
  await call();
  const wall_us = (performance.now() - began_ms) * 1_000;
  const { user, system } = process.cpuUsage(processor);
  return { wall_us, user_us: user, system_us: system };
}
