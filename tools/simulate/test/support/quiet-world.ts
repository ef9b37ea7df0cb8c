import { Random } from '../../src/random.ts';
import { scenarioOf, type Scenario } from '../../src/scenario.ts';
import { onSimulatedHost } from '../../src/simulated-host.ts';
import { World, type Program, type Tampering } from '../../src/world.ts';

/** A world in which nothing happens but what a test makes happen. */
export function quietWorld(
  seed: number,
  changes: Partial<Scenario> = {},
  tampering: Tampering = (inner) => inner,
): World {
  const scenario: Scenario = {
    ...scenarioOf(seed),
    strategy: 'uniform',
    windows: false,
    flushesDirectories: true,
    timeGranularity_ms: 1,
    call_ms: 0,
    slowCalls: 0,
    hintsDelivered: 0,
    shortWrites: 0,
    spells: [],
    harm: [],
    deathIsProvable: false,
    agents: ['coder'],
    splitsRenames: false,
    retentionInterval: '5m',
    ackDurability: 'none',
    lease_ms: 1_000,
    poll_ms: 1_000,
    concurrency: 1,
    trouble: 0,
    ...changes,
  };
  return new World(scenario, tampering, 200);
}

/** Does things on the simulated computer of this world. */
export function inWorld<T>(world: World, work: () => Promise<T>): Promise<T> {
  const { machine, scenario } = world;
  const platform = scenario.windows ? 'win32' : 'linux';
  return onSimulatedHost({ machine, entropy: new Random(scenario.seed), platform }, work);
}

/** Runs one program, alone: to its end, which must come, or as far as so many calls or so much time take it. */
export async function runProgram(
  world: World,
  program: Program,
  limits: { readonly steps?: number; readonly for_ms?: number } = {},
): Promise<void> {
  const process = world.start('program', program);
  const { steps = 100_000, for_ms = 36_000_000 } = limits;
  const until_ms = world.machine.now_ms + for_ms;
  await world.machine.run({ steps, until_ms }, () => process.state === 'dead');
  if (limits.steps !== undefined || limits.for_ms !== undefined || process.state === 'dead') return;
  throw new Error('The program did not come to its end.');
}

/** The paths of all files below a directory of the messages directory. */
export function filesIn(world: World, directory: string): string[] {
  return [...world.machine.disk.files(`${world.root}/${directory}`)].map(({ path }) => path);
}
