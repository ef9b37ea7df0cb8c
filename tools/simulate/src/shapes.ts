import type { PlannedMessage, Scenario } from './scenario.ts';

/*
 * Scenarios in which one kind of trouble comes thick: a share of the seeds has one of these shapes, beside the many that are
 * small and mixed. Each is what it takes to meet some mistake of `planted/` within a few seeds.
 */

/** Several workers, several copies, holders that are stopped for long. */
export function contested(scenario: Scenario): Scenario {
  return {
    ...scenario,
    messages: scenario.messages.map((message) => ({
      ...message,
      senders: [0, 0],
      delay_ms: 0,
      asked: false,
    })),
    sendsTogether: false,
    workers: 3,
    receivers: 0,
    operators: 0,
    trouble: 0.3,
    concurrency: 2,
    lease_ms: 1_000,
    spells: [],
    slowCalls: 0.02,
    slowCall_ms: 3_000,
    harm: [80, 120, 160, 200, 240, 280, 320, 360, 400].map((step) => ({
      step,
      harm: 'stop',
      for_ms: 10_000,
    })),
    harmfulSteps: 900,
  };
}

/** Three agents that pass tasks on, and processes that are killed. */
export function passing(scenario: Scenario): Scenario {
  return {
    ...crowded(scenario),
    agents: ['coder', 'tester', 'writer'],
    splitsRenames: false,
    harm: Array.from({ length: 10 }, (_, index) => ({ step: 200 + 100 * index, harm: 'kill', for_ms: 0 })),
  };
}

/** Processes are killed again and again, one of them with a mutex. */
export function killing(scenario: Scenario): Scenario {
  return {
    ...scenario,
    windows: false,
    workers: 2,
    outsiders: 1,
    mutexUsers: 1,
    trouble: 0.6,
    spells: [],
    cleansUp: true,
    harm: Array.from({ length: 12 }, (_, index) => ({ step: 40 + 30 * index, harm: 'kill', for_ms: 0 })),
    harmfulSteps: 500,
  };
}

/** Handlers do much, and outside writers and operators are there. */
export function busy(scenario: Scenario): Scenario {
  return { ...scenario, outsiders: 1, operators: 1, trouble: 1, cleansUp: true };
}

/** Many tasks, whose handlers do much. */
export function crowded(scenario: Scenario): Scenario {
  const [first] = scenario.messages;
  const messages = Array.from({ length: first === undefined ? 0 : 12 }, (_, index) => ({
    ...(first as PlannedMessage),
    type: 'task_assignment' as const,
    id: `m${index}`,
    taskId: `t${index}`,
    agent: 'coder',
    asked: false,
    senders: [0],
    delay_ms: 0,
  }));
  return {
    ...scenario,
    agents: ['coder'],
    messages,
    receivers: 0,
    workers: 2,
    trouble: 1,
    harm: [],
    forgets: false,
    harmfulSteps: 1_500,
  };
}

/** The same, and the power is lost again and again. */
export function losing(scenario: Scenario): Scenario {
  return {
    ...crowded(scenario),
    flushesDirectories: true,
    splitsRenames: false,
    ackDurability: 'none',
    harm: [200, 400, 600, 800].map((step) => ({ step, harm: 'power loss', for_ms: 0 })),
  };
}

/** Senders wait for answers. */
export function asking(scenario: Scenario): Scenario {
  const messages = scenario.messages.map(
    (message) => ({ ...message, type: 'task_assignment', asked: true, senders: [0] }) as const,
  );
  return {
    ...scenario,
    messages,
    receivers: 0,
    forgets: false,
    flushesDirectories: true,
    splitsRenames: false,
  };
}

/** Scripts take messages, whose names outlive them, and other scripts settle those. */
export function scripted(scenario: Scenario): Scenario {
  return {
    ...scenario,
    messages: scenario.messages.map((message) => ({ ...message, asked: false, delay_ms: 0 })),
    receivers: 3,
    workers: scenario.seed % 3 === 0 ? 1 : 0,
    detaches: true,
    trouble: 0.5,
    forgets: false,
    cleansUp: true,
    harmfulSteps: 900,
    harm: [
      ...scenario.harm,
      ...[100, 220, 340, 460, 580].map((step) => ({ step, harm: 'kill' as const, for_ms: 0 })),
    ].toSorted((a, b) => a.step - b.step),
  };
}

/** So many producers, each with several messages: four to six. */
function producersOf({ seed }: Scenario): number {
  return 4 + (Math.floor(seed / 32) % 3);
}

/** Several messages of each of many producers; processes differ in how durably they acknowledge. */
export function thronged(scenario: Scenario): Scenario {
  const [first] = scenario.messages;
  const producers = producersOf(scenario);
  const messages = Array.from({ length: first === undefined ? 0 : 3 * producers }, (_, index) => ({
    ...(first as PlannedMessage),
    id: `m${index}`,
    taskId: `t${index % 4}`,
    agent: scenario.agents[index % scenario.agents.length] ?? 'coder',
    asked: false,
    durability: (['full', 'full', 'full', 'file', 'none'] as const)[index % 5] ?? 'full',
    priority: (['high', 'medium', 'low'] as const)[index % 3] ?? 'low',
    // A copy of what is forgotten would be handled again, and rightly so.
    senders:
      scenario.forgets || index % 4 > 0 ? [index % producers] : [index % producers, (index + 1) % producers],
  }));
  return { ...scenario, messages, producers, mixesAckDurability: true, harmfulSteps: 1_200 };
}

/**
 * Retention removes the ledger's directories as soon as they are empty, and acknowledgements of another durability make them
 * anew; the power is lost again and again.
 */
export function forgetful(scenario: Scenario): Scenario {
  const [first] = scenario.messages;
  const producers = producersOf(scenario);
  const messages = Array.from({ length: first === undefined ? 0 : 3 * producers }, (_, index) => ({
    ...(first as PlannedMessage),
    type: 'task_assignment' as const,
    id: `m${index}`,
    workflowId: 'w',
    taskId: 't',
    agent: 'coder',
    asked: false,
    durability: 'full' as const,
    senders: [index % producers],
    delay_ms: 400 * index,
  }));
  return {
    ...scenario,
    agents: ['coder'],
    messages,
    producers,
    workers: 3,
    receivers: 0,
    concurrency: 1,
    trouble: 0,
    spells: [],
    flushesDirectories: true,
    splitsRenames: false,
    forgets: true,
    retentionInterval: '1s',
    mixesAckDurability: true,
    harm: [400, 800, 1_200, 1_600].map((step) => ({ step, harm: 'power loss', for_ms: 0 })),
    harmfulSteps: 2_000,
  };
}

/** All of them, by name. */
const shapes = {
  contested,
  passing,
  killing,
  busy,
  crowded,
  asking,
  scripted,
  thronged,
  forgetful,
  losing,
} as const;

/** The name of one. */
export type Shape = keyof typeof shapes;

/** Their names. */
export const SHAPES = Object.keys(shapes) as readonly Shape[];

/** One seed of so many has a shape. */
const every = 8;
/** Those that take turns; of so many seeds, one is scripted, of so many one thronged and one forgetful, and of so many one losing. */
const inTurn: readonly Shape[] = ['contested', 'passing', 'killing', 'busy', 'crowded', 'asking'];
const everyScripted = 16;
const everyThrong = 64;
const everyLosing = 128;

/** The shape that a seed's scenario is given; mostly null. */
export function shapeOf(seed: number): Shape | null {
  if (seed % everyScripted === 4) return 'scripted';
  if (seed % everyThrong === 12) return 'thronged';
  if (seed % everyThrong === 44) return 'forgetful';
  if (seed % everyLosing === 28) return 'losing';
  return seed % every === 0 ? (inTurn[Math.floor(seed / every) % inTurn.length] ?? null) : null;
}

/** A scenario in that shape; with null, as it is. */
export function shaped(scenario: Scenario, shape: Shape | null): Scenario {
  return shape === null ? scenario : shapes[shape](scenario);
}
