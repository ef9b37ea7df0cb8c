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

/** All of them, by name. */
const shapes = { contested, passing, killing, busy, crowded, asking, scripted } as const;

/** The name of one. */
export type Shape = keyof typeof shapes;

/** Their names. */
export const SHAPES = Object.keys(shapes) as readonly Shape[];

/** One seed of so many has a shape. */
const every = 8;
/** Those that take turns; and one of so many seeds is scripted. */
const inTurn = SHAPES.filter((shape) => shape !== 'scripted');
const everyScripted = 16;

/** The shape that a seed's scenario is given; mostly null. */
export function shapeOf(seed: number): Shape | null {
  if (seed % everyScripted === 4) return 'scripted';
  return seed % every === 0 ? (inTurn[Math.floor(seed / every) % inTurn.length] ?? null) : null;
}

/** A scenario in that shape; with null, as it is. */
export function shaped(scenario: Scenario, shape: Shape | null): Scenario {
  return shape === null ? scenario : shapes[shape](scenario);
}
