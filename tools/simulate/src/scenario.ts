import type { Durability } from '@tapps-agents/fs-atomic';
import type { Duration } from '@tapps-agents/queue';
import type { Spell } from './error-weather.ts';
import { Random } from './random.ts';
import type { Strategy } from './schedule.ts';

/** A message that somebody is going to send. */
export interface PlannedMessage {
  readonly id: string;
  readonly type: 'task_assignment' | 'status_update';
  readonly durability: Durability;
  /** Which producers send it: more than one, or the same twice, are copies of one message. */
  readonly senders: readonly number[];
  readonly priority: 'high' | 'medium' | 'low';
  readonly delay_ms: number;
  readonly workflowId: string;
  readonly taskId: string;
  /** To whom. */
  readonly agent: string;
  /** Whether its sender waits for the answer. */
  readonly asked: boolean;
}

/** What befalls the machine, or one of its processes. */
export type Harm = 'kill' | 'stop' | 'close' | 'power loss' | 'clock jump' | 'sleep';

/** Harm at a step of the machine. */
export interface PlannedHarm {
  readonly step: number;
  readonly harm: Harm;
  /** For `stop` and `sleep`: how long. For `clock jump`: how far. For `power loss`: how long it is gone. */
  readonly for_ms: number;
}

/** Everything that a seed decides beforehand. */
export interface Scenario {
  readonly seed: number;
  readonly strategy: Strategy;
  readonly windows: boolean;
  readonly flushesDirectories: boolean;
  /** The disk has no journal, so a crash may leave a renamed file under both of its names, or under neither. */
  readonly splitsRenames: boolean;
  readonly timeGranularity_ms: number;
  readonly call_ms: number;
  readonly slowCalls: number;
  readonly slowCall_ms: number;
  readonly hintsDelivered: number;
  readonly busyShare: number;
  readonly shortWrites: number;
  readonly spells: readonly Spell[];
  readonly harm: readonly PlannedHarm[];
  /** Whether others can prove that a process is dead: they are on one host. */
  readonly deathIsProvable: boolean;
  /** Who has an inbox; each has somebody who handles it. */
  readonly agents: readonly string[];
  readonly ackDurability: Durability;
  /** Whether every other process acknowledges at `full` and the others at `none`, instead. */
  readonly mixesAckDurability: boolean;
  readonly lease_ms: number;
  readonly poll_ms: number;
  readonly concurrency: number;
  /** Whether what is finished is forgotten almost at once, and its directories with it. */
  readonly forgets: boolean;
  readonly retentionInterval: Duration;
  /** Whether a producer sends what it has for several agents in one go. */
  readonly sendsTogether: boolean;
  readonly messages: readonly PlannedMessage[];
  readonly producers: number;
  readonly workers: number;
  readonly receivers: number;
  /** Whether what is received by hand outlives its process, and is settled by whoever comes to its name. */
  readonly detaches: boolean;
  readonly collectors: number;
  readonly operators: number;
  readonly mutexUsers: number;
  /** Outside writers that put files of their own into the inbox. */
  readonly outsiders: number;
  /** The share of deliveries that do not simply succeed. */
  readonly trouble: number;
  /** After how many steps no more harm is done. */
  readonly harmfulSteps: number;
  /** Whether the end, when nothing may be left behind, is played out. */
  readonly cleansUp: boolean;
}

const furtherAgents: readonly (readonly string[])[] = [[], [], [], [], [], ['tester'], ['tester', 'Writer']];
const longName = 'coder-of-many-languages-and-of-many-years-of-experience';

/** Makes up the scenario of a seed. */
export function scenarioOf(seed: number): Scenario {
  const random = new Random(seed);
  const windows = random.chance(0.2);
  const harmfulSteps = random.integer(50, 700);
  const producers = random.integer(1, 2);
  const sometimes = (share: number, most = 1): number => (random.chance(share) ? random.integer(1, most) : 0);
  const shared = random.chance(0.5);
  const forgets = random.chance(0.1);
  const receivers = sometimes(0.2);
  const flushesDirectories = !windows || random.chance(0.5);
  const splitsRenames = random.chance(0.08);
  const agents = [random.chance(0.1) ? longName : 'coder', ...random.pick(furtherAgents)];
  // Who takes messages by hand answers by hand; and an answer that may get lost is one that may not come.
  const asks = random.chance(0.3) && receivers === 0 && !forgets && flushesDirectories && !splitsRenames;
  return {
    seed,
    strategy: random.pick(['uniform', 'uniform', 'sticky', 'priorities']),
    windows,
    flushesDirectories,
    splitsRenames,
    timeGranularity_ms: random.pick([1, 1, 10, 2_000]),
    call_ms: random.pick([0, 0.05, 1, 5]),
    slowCalls: random.pick([0, 0, 0.01, 0.03]),
    slowCall_ms: random.pick([500, 3_000, 12_000]),
    hintsDelivered: random.pick([0, 0.5, 1]),
    busyShare: windows ? random.pick([0, 0.05, 0.2]) : 0,
    shortWrites: random.pick([0, 0, 0.3]),
    spells: spellsOf(random, harmfulSteps),
    harm: harmOf(random, harmfulSteps),
    deathIsProvable: random.chance(0.4),
    agents,
    ackDurability: random.pick(['none', 'full']),
    mixesAckDurability: false,
    lease_ms: random.pick([1_000, 2_000, 5_000]),
    poll_ms: random.pick([200, 1_000]),
    concurrency: random.pick([1, 1, 2, 4]),
    forgets,
    retentionInterval: forgets ? '1s' : random.pick<Duration>(['10s', '1m', '5m']),
    sendsTogether: random.chance(0.3),
    messages: messagesOf(random, { producers, shared, forgets, agents, asks }),
    producers,
    workers: receivers > 0 ? random.integer(0, 1) : random.integer(1, 2),
    receivers,
    detaches: false,
    collectors: sometimes(0.4, 2),
    operators: sometimes(0.25),
    mutexUsers: sometimes(0.15, 3),
    outsiders: sometimes(0.2),
    trouble: random.pick([0, 0.3, 0.6]),
    harmfulSteps,
    cleansUp: random.chance(0.2),
  };
}

interface Correspondence {
  readonly producers: number;
  readonly shared: boolean;
  readonly forgets: boolean;
  readonly agents: readonly string[];
  readonly asks: boolean;
}

function messagesOf(random: Random, how: Correspondence): PlannedMessage[] {
  const { producers, shared, forgets, agents } = how;
  return Array.from({ length: random.integer(1, 3) }, (_, index) => {
    const senders = [random.integer(0, producers - 1)];
    const asked = how.asks && random.chance(0.5);
    // A copy of what is forgotten would be handled again, and rightly so.
    if (!forgets && !asked && random.chance(0.35)) senders.push(random.integer(0, producers - 1));
    return {
      id: `m${index}`,
      agent: random.pick(agents),
      asked,
      type: asked || random.chance(0.75) ? ('task_assignment' as const) : ('status_update' as const),
      durability: random.pick<Durability>(['full', 'full', 'full', 'file', 'none']),
      senders,
      priority: random.pick(['high', 'medium', 'low']),
      delay_ms: random.chance(0.1) ? random.integer(1, 4_000) : 0,
      workflowId: shared ? 'w' : `w${index}`,
      taskId: shared ? 't' : `t${index}`,
    };
  });
}

function spellsOf(random: Random, harmfulSteps: number): Spell[] {
  if (random.chance(0.6)) return [];
  return Array.from({ length: random.integer(1, 2) }, () => {
    const fromStep = random.integer(0, harmfulSteps);
    return {
      fromStep,
      toStep: Math.min(harmfulSteps, fromStep + random.pick([3, 20, 150])),
      rate: random.pick([0.05, 0.3, 1]),
      codes: random.pick([
        ['ENOSPC'],
        ['EIO'],
        ['EMFILE'],
        ['EIO', 'EMFILE', 'ENOSPC'],
        ['EACCES'],
        ['EBUSY'],
      ]),
    };
  });
}

function harmOf(random: Random, harmfulSteps: number): PlannedHarm[] {
  const harms = random.pick<readonly Harm[]>([
    ['kill'],
    ['stop'],
    ['power loss'],
    ['kill', 'stop', 'close'],
    ['kill', 'stop', 'power loss', 'close', 'clock jump', 'sleep'],
    ['stop', 'sleep'],
  ]);
  return Array.from({ length: random.integer(0, 4) }, () => {
    const harm = random.pick(harms);
    return { step: random.integer(1, harmfulSteps), harm, for_ms: random.pick(durations[harm]) };
  }).toSorted((a, b) => a.step - b.step);
}

const hour_ms = 3_600_000;
/** Also longer than what is temporary is kept (an hour), and than the records of sessions that have ended are (a day). */
const long_ms = [10_000, 90_000, 2 * hour_ms, 30 * hour_ms];
const short_ms = [100, 3_000, 10_000, 90_000];
const durations: Readonly<Record<Harm, readonly number[]>> = {
  kill: [0],
  close: [0],
  stop: [...short_ms, 3 * hour_ms],
  sleep: long_ms,
  'power loss': [0, 0, ...long_ms],
  'clock jump': short_ms,
};
