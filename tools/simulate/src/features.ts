import { SHAPES, shapeOf, type Shape } from './shapes.ts';
import type { World } from './world.ts';

/** What a run may have, in the order of the report: who takes part, what is done to them, and on which computer. */
const features = {
  'several agents': ({ scenario }) => scenario.agents.length > 1,
  'copies of a message': ({ scenario }) => scenario.messages.some(({ senders }) => senders.length > 1),
  'a batch': ({ scenario }) => scenario.sendsTogether,
  'waits for an answer': ({ scenario }) => scenario.messages.some(({ asked }) => asked),
  'receives by hand': ({ scenario }) => scenario.receivers > 0,
  'settles by name': ({ scenario }) => scenario.detaches,
  'collects outboxes': ({ scenario }) => scenario.collectors > 0,
  'an operator': ({ scenario }) => scenario.operators > 0,
  'a mutex of its own': ({ scenario }) => scenario.mutexUsers > 0,
  'links and pipes': ({ history }) => history.strangers.size > 0,
  'retention forgets at once': ({ scenario }) => scenario.forgets,
  'a day later': ({ scenario }) => scenario.cleansUp,
  killed: ({ harmed }) => harmed.has('kill'),
  stopped: ({ harmed }) => harmed.has('stop'),
  closed: ({ harmed }) => harmed.has('close'),
  'clock jumped': ({ harmed }) => harmed.has('clock jump'),
  'machine slept': ({ harmed }) => harmed.has('sleep'),
  'power lost': ({ machine }) => machine.crashes > 0,
  'calls failed': ({ traits }) => traits.weather.struck > 0,
  'writes were short': ({ traits }) => traits.weather.shortened > 0,
  'Windows mode': ({ scenario }) => scenario.windows,
  'directories cannot be flushed': ({ scenario }) => !scenario.flushesDirectories,
  'no journal': ({ scenario }) => scenario.splitsRenames,
} as const satisfies Readonly<Record<string, (world: World) => boolean>>;

type Kind = keyof typeof features;
const kinds = Object.keys(features) as readonly Kind[];

/** One of the things that a run may have; a shape is one, too. */
export type Feature = Kind | `${Shape} (shape)`;

/** All of them. */
export const FEATURES: readonly Feature[] = [...kinds, ...SHAPES.map(nameOf)];

/** Which of them this world had. Harm counts only where it was done, an error only where a call met it. */
export function featuresOf(world: World): Feature[] {
  const shape = shapeOf(world.scenario.seed);
  const own: Feature[] = kinds.filter((kind) => features[kind](world));
  return shape === null ? own : [...own, nameOf(shape)];
}

function nameOf(shape: Shape): Feature {
  return `${shape} (shape)`;
}
