import {
  statusUpdate,
  taskAssignment,
  type Message,
  type StatusUpdate,
  type TaskAssignment,
} from '@tapps-agents/contracts';
import {
  reject,
  retry,
  snooze,
  type Delivery,
  type HandlerContext,
  type Queue,
  type Verdict,
} from '@tapps-agents/queue';
import { ORCHESTRATOR } from './producer.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { textOf, type Program, type World } from './world.ts';

/** How a handler behaves with one message. */
type Behaviour =
  | 'return'
  | 'take time'
  | 'throw'
  | 'retry'
  | 'snooze'
  | 'reject'
  | 'hang'
  | 'step'
  | 'speak'
  | 'pass on';

const troubles: readonly Behaviour[] = [
  'take time',
  'take time',
  'throw',
  'retry',
  'snooze',
  'reject',
  'hang',
  'step',
  'speak',
  'pass on',
];

const workers = new Map<string, Program>();

/** Handles what is in an agent's inbox, with all that handlers may do. */
export function worker(agent: string): Program {
  const program = workers.get(agent) ?? ((world, process) => work(world, process, agent));
  workers.set(agent, program);
  return program;
}

async function work(world: World, process: SimulatedProcess, agent: string): Promise<void> {
  const { concurrency, lease_ms } = world.scenario;
  const queue = await world.open(process, agent);
  const handler = (message: Message, context: HandlerContext): Promise<Verdict | void> =>
    behave(world, process, message, context);
  const consumer = queue.work(
    { task_assignment: handler, status_update: handler },
    { concurrency, handlerTimeout: 4 * lease_ms },
  );
  await world.closing(process);
  await consumer.stop({ grace: process.random.pick([0, 5_000]) });
  await world.closeQueue(process, queue, process.random.pick([0, 5_000]));
}

/** What a handler says on the way; its id follows from that of the message in hand. */
function remark(agent: string): StatusUpdate {
  const ids = {
    message_id: 'remark',
    workflow_id: 'w',
    task_id: 't',
    created_at: '2026-01-01T00:00:00.000Z',
  };
  return statusUpdate({ ...ids, agent_id: agent, status: 'in_progress' });
}

/** A task for another agent, as a part of the one in hand. */
function part(agent: string, other: string): TaskAssignment {
  return taskAssignment({
    message_id: 'part',
    workflow_id: 'w',
    task_id: 't-part',
    created_at: '2026-01-01T00:00:00.000Z',
    agent_id: agent,
    assigned_to: other,
  });
}

/** Takes what agents write to their outboxes. */
export const collector: Program = async (world, process) => {
  const queue = await world.open(process, ORCHESTRATOR);
  const handler = (message: Message, context: HandlerContext): Promise<Verdict | void> =>
    behave(world, process, message, context);
  const { concurrency, lease_ms } = world.scenario;
  const limits = { concurrency, handlerTimeout: 4 * lease_ms };
  queue.collect({ task_complete: handler, status_update: handler }, limits);
  await world.closing(process);
  await world.closeQueue(process, queue, process.random.pick([0, 5_000]));
};

/** Takes messages from the first agent's inbox by hand. */
export const receiver: Program = async (world, process) => {
  const [agent = ''] = world.scenario.agents;
  const queue = await world.open(process, agent);
  // A delivery whose settling fails while its queue closes keeps a timer, in the background, until its lease is over.
  process.handlers += 1;
  const stop = new AbortController();
  const ended = takeAll(world, process, queue, stop.signal);
  await world.closing(process);
  stop.abort();
  await ended;
  await world.closeQueue(process, queue, process.random.pick([0, 5_000]));
};

async function takeAll(
  world: World,
  process: SimulatedProcess,
  queue: Queue,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const undisturbed = !world.harmful;
    const { detaches } = world.scenario;
    const deliveries = queue.receive({ signal, detached: detaches });
    try {
      for await (const delivery of deliveries) {
        if (detaches) await settleByName(world, process, queue, delivery);
        else await settleByHand(world, process, delivery);
      }
    } catch (error) {
      // A loop that ends because there was no next one does not say so to what it loops over.
      await deliveries.return?.();
      world.machine.trace.add(`receiving failed ${process.name} ${textOf(error)}`);
      if (undisturbed) world.history.violate('receiving fails', textOf(error));
      await world.sleep(process, 300);
    }
  }
}

/** Keeps the name of a delivery; then goes for one of those that it, or another, has kept. */
async function settleByName(
  world: World,
  process: SimulatedProcess,
  queue: Queue,
  { box, run, deliveries, message, entryId }: Delivery,
): Promise<void> {
  const { random } = process;
  world.history.handedOut(process, { box, run, deliveries, message_id: message.message_id });
  world.names.push(entryId);
  while (world.names.length > 0 && random.chance(0.7)) {
    const name = random.pick(world.names);
    // Some names are used twice: of several that settle one delivery, one succeeds.
    if (random.chance(0.8)) world.names.splice(world.names.indexOf(name), 1);
    try {
      await settleByHand(world, process, await queue.delivery(name));
    } catch (error) {
      world.machine.trace.add(`no delivery ${process.name} ${textOf(error)}`);
    }
  }
}

async function settleByHand(world: World, process: SimulatedProcess, delivery: Delivery): Promise<void> {
  const { random } = process;
  const { box, run, deliveries, message } = delivery;
  world.history.handedOut(process, { box, run, deliveries, message_id: message.message_id });
  try {
    if (world.harmful && random.chance(world.scenario.trouble)) {
      await world.sleep(process, random.integer(0, 2 * world.scenario.lease_ms));
      if (random.chance(0.3)) await delivery.renew();
      if (random.chance(0.2)) return; // Left alone: it goes back when its lease is over.
      if (random.chance(0.2)) return await delivery.retry({ delay: 100 });
      if (random.chance(0.2)) return await delivery.snooze(100);
      if (random.chance(0.1)) return await delivery.reject('by hand');
    }
    await delivery.ack();
  } catch (error) {
    world.machine.trace.add(`settling failed ${process.name} ${textOf(error)}`);
  }
}

async function behave(
  world: World,
  process: SimulatedProcess,
  message: Message,
  context: HandlerContext,
): Promise<Verdict | void> {
  process.handlers += 1;
  try {
    return await act(world, process, message, context);
  } finally {
    process.handlers -= 1;
  }
}

async function act(
  world: World,
  process: SimulatedProcess,
  message: Message,
  context: HandlerContext,
): Promise<Verdict | void> {
  const { random } = process;
  const { lease_ms, trouble, flushesDirectories, splitsRenames } = world.scenario;
  const keepsNames = flushesDirectories && !splitsRenames;
  const { box, run, deliveries } = context;
  const inHand = { box, run, deliveries, message_id: message.message_id };
  world.history.handedOut(process, inHand);
  const behaviour = world.harmful && random.chance(trouble) ? random.pick(troubles) : 'return';
  switch (behaviour) {
    case 'return':
      return undefined;
    case 'take time':
      await world.sleep(process, random.integer(1, 2 * lease_ms));
      return undefined;
    case 'throw':
      throw new Error('The handler failed.');
    case 'retry':
      return retry('again', { delay: random.integer(0, 500) });
    case 'snooze':
      return snooze(random.integer(0, 500));
    case 'reject':
      return reject('no');
    case 'hang':
      await new Promise((resolve) => {
        context.signal.addEventListener('abort', resolve, { once: true });
      });
      return undefined;
    case 'step':
      await context.once('step', () => {
        world.history.step(inHand, false, keepsNames);
        return 1;
      });
      world.history.step(inHand, true, keepsNames);
      if (random.chance(0.5)) throw new Error('What follows the step failed.');
      return undefined;
    case 'speak':
      context.send(remark(context.box.agentId));
      return undefined;
    case 'pass on': {
      const { agentId } = context.box;
      const others = world.scenario.agents.filter((other) => other !== agentId);
      // What was passed on is not passed on again, or it would never end.
      if (context.box.kind === 'outbox' || others.length === 0 || message.agent_id !== ORCHESTRATOR)
        return undefined;
      const id = context.send(part(agentId, random.pick(others)), { register: true });
      world.history.passes(process, inHand, id);
      return undefined;
    }
  }
}
