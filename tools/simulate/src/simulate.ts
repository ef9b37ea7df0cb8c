import { janitor, operator, replayer, resumer, mutexUser, outsider, checkToken } from './bystanders.ts';
import { checkCleaned, checkDrained, checkNow, isDrained, whatIsLeft } from './checks.ts';
import { collector, receiver, worker } from './consumers.ts';
import { featuresOf, type Feature } from './features.ts';
import type { Violation } from './history.ts';
import { checkAfterLoss, heldAtLoss } from './ledger-checks.ts';
import type { Ending } from './machine.ts';
import { producer } from './producer.ts';
import { Random } from './random.ts';
import { scenarioOf, type PlannedHarm, type Scenario } from './scenario.ts';
import { shaped, shapeOf } from './shapes.ts';
import { onSimulatedHost } from './simulated-host.ts';
import { World, type Program, type StoreTampering, type Tampering } from './world.ts';

/** How a seed is run. */
export interface SimulationOptions {
  /** Puts a fault between the code under test and the disk. Default: none. */
  readonly tampering?: Tampering;
  /** Changes what stores do. Default: nothing. */
  readonly storeTampering?: StoreTampering;
  /** How many lines of the trace are kept; default 0. */
  readonly keepTrace?: number;
  /** Changes what the seed decided, in place of the shape that it would have. */
  readonly adjust?: (scenario: Scenario) => Scenario;
}

/** What a run showed. */
export interface SimulationResult {
  readonly seed: number;
  readonly scenario: Scenario;
  /** Empty: every promise was kept. */
  readonly violations: readonly Violation[];
  /** The same for two runs only if they did the same. */
  readonly digest: string;
  readonly steps: number;
  /** What the run had. */
  readonly features: readonly Feature[];
  readonly trace: readonly string[];
}

/** What repairs itself must do so within this virtual time. */
const recovery_ms = 3_600_000;
const mostSteps = 100_000;

/** Runs one seed: harm first, then an undisturbed time in which everything must come to its end. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<SimulationResult> {
  const planned = scenarioOf(seed);
  const scenario = options.adjust === undefined ? shaped(planned, shapeOf(seed)) : options.adjust(planned);
  const world = new World(
    scenario,
    options.tampering ?? ((fileSystem) => fileSystem),
    options.keepTrace ?? 0,
    options.storeTampering,
  );
  const { machine, history } = world;
  const platform = scenario.windows ? 'win32' : 'linux';
  await onSimulatedHost({ machine, entropy: new Random(seed + 0.25), platform }, async () => {
    startAll(world);
    for (const phase of [doHarm, recover, end, ...(scenario.cleansUp ? [cleanUp] : [])]) {
      await phase(world);
      if (isBroken(world)) break;
    }
  });
  return {
    seed,
    scenario,
    violations: history.violations,
    digest: machine.trace.digest,
    steps: machine.steps,
    features: featuresOf(world),
    trace: machine.trace.tail,
  };
}

function startAll(world: World): void {
  const { scenario } = world;
  for (let index = 0; index < scenario.producers; index += 1)
    world.start(`producer${index}`, producer(index));
  for (const [index, agent] of scenario.agents.entries()) {
    startMany(world, `worker-${agent}`, worker(agent), index === 0 ? scenario.workers : 1);
  }
  startMany(world, 'receiver', receiver, scenario.receivers);
  startMany(world, 'collector', collector, scenario.collectors);
  startMany(world, 'operator', operator, scenario.operators);
  startMany(world, 'mutex', mutexUser, scenario.mutexUsers);
  startMany(world, 'outsider', outsider, scenario.outsiders);
}

function startMany(world: World, name: string, program: Program, count: number): void {
  for (let index = 0; index < count; index += 1) world.start(`${name}${index}`, program);
}

/** The time of kills, crashes and errors. */
async function doHarm(world: World): Promise<void> {
  const { machine, scenario } = world;
  const planned = [...scenario.harm];
  machine.beforeStep = () => {
    if (machine.random.chance(0.02)) checkNow(world);
    for (let next = planned[0]; next !== undefined && next.step <= machine.steps; next = planned[0]) {
      planned.shift();
      harm(world, next);
    }
  };
  await machine.run(
    { steps: scenario.harmfulSteps, until_ms: recovery_ms },
    () => isBroken(world) || (isDrained(world) && planned.length === 0),
  );
  machine.beforeStep = undefined;
}

function harm(world: World, { harm: what, for_ms }: PlannedHarm): void {
  const { machine } = world;
  if (what === 'power loss') {
    world.harmed.add(what);
    const held = heldAtLoss(world);
    world.history.split(machine.crash());
    checkAfterLoss(world, held);
    machine.sleep(for_ms, true);
    checkNow(world);
    startAll(world);
    return;
  }
  if (what === 'sleep') {
    world.harmed.add(what);
    machine.sleep(for_ms, world.scenario.windows);
    return;
  }
  const { running } = world;
  if (running.length === 0) return;
  world.harmed.add(what);
  const [process, program] = machine.random.pick(running);
  switch (what) {
    case 'kill':
      machine.kill(process);
      if (machine.random.chance(0.5)) world.start(`${process.name}'`, program);
      return;
    case 'stop':
      machine.stop(process, for_ms);
      return;
    case 'close':
      world.close(process);
      if (machine.random.chance(0.5)) world.start(`${process.name}'`, program);
      return;
    case 'clock jump':
      process.shiftWallClock(machine.random.pick([-for_ms, for_ms]));
  }
}

/** Nobody is harmed any more. What is there must be handled, by those who are there and one of each who is missing. */
async function recover(world: World): Promise<void> {
  const { machine, scenario } = world;
  world.harmful = false;
  world.traits.weather.bad = false;
  if (world.traits.windows !== null) world.traits.windows.scanning = false;
  machine.hasSlowCalls = false;
  machine.trace.add('recovery');
  machine.continueAll();
  if (scenario.operators > 0) world.start('operator-resumer', resumer);
  if (scenario.collectors > 0 && scenario.messages.some(({ asked }) => asked))
    world.start('operator-replayer', replayer);
  for (const [index, agent] of scenario.agents.entries()) {
    if (world.isAtWork(worker(agent)) || (index === 0 && world.isAtWork(receiver))) continue;
    world.start(`rescuer-${agent}`, worker(agent));
  }
  if (scenario.collectors > 0 && !world.isAtWork(collector)) world.start('collector-rescuer', collector);
  const isAtRest = (): boolean =>
    isDrained(world) &&
    !world.running.some(([process]) => /^(?:producer|operator|outsider|mutex)/.test(process.name));
  await settle(world, isAtRest, 'does not come to rest');
  if (isBroken(world)) return;
  checkDrained(world);
  checkToken(world);
}

/** Everybody leaves. */
async function end(world: World): Promise<void> {
  for (const [process] of world.running) world.close(process);
  await settle(world, () => world.running.length === 0, 'does not end');
}

/** What comes after a broken promise shows only what follows from it. */
function isBroken(world: World): boolean {
  return world.history.violations.length > 0;
}

async function settle(world: World, isDone: () => boolean, rule: string): Promise<void> {
  const until_ms = world.machine.now_ms + recovery_ms;
  const ending: Ending = await world.machine.run(
    { steps: mostSteps, until_ms },
    () => isBroken(world) || isDone(),
  );
  if (isBroken(world)) return;
  if (ending === 'done' || (ending === 'idle' && isDone())) return;
  const running = world.running.map(([process]) => process.name).join(' ');
  world.history.violate(
    rule,
    `${ending}; running: ${running || 'nobody'}; left: ${whatIsLeft(world) || 'nothing'}`,
  );
}

/** A day later, retention has removed everything that nobody needs. */
async function cleanUp(world: World): Promise<void> {
  world.start('janitor', janitor);
  await world.machine.run(
    { steps: mostSteps, until_ms: world.machine.now_ms + 30 * 3_600_000 },
    () => world.running.length === 0,
  );
  if (world.running.length > 0) world.history.violate('does not end', 'the janitor');
  if (!isBroken(world)) checkCleaned(world);
}
