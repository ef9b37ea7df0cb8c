import {
  serializeMessage,
  statusUpdate,
  taskAssignment,
  type Message,
  type TaskAssignment,
} from '@tapps-agents/contracts';
import type { Queue } from '@tapps-agents/queue';
import type { PlannedMessage } from './scenario.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { textOf, type Program, type World } from './world.ts';

/** Who assigns the tasks, and collects what comes of them. */
export const ORCHESTRATOR = 'boss';

/**
 * Sends what the scenario has for it, and tries again what failed. One that was killed and is started anew sends
 * everything again of which it had not heard that it was sent: the same ids, for others to tell.
 */
export function producer(index: number): Program {
  return async (world, process) => {
    const queue = await world.open(process, ORCHESTRATOR);
    const own = world.scenario.messages.filter((planned) => copiesBy(index, planned) > 0);
    if (world.scenario.sendsTogether) await sendTogether(world, process, queue, own.filter(isPlain));
    for (const planned of own) {
      if (planned.asked) await askPatiently(world, process, queue, planned);
      else if (!isSent(world, planned))
        await sendPatiently(world, process, queue, planned, copiesBy(index, planned));
    }
    await world.closeQueue(process, queue);
  };
}

/** How often this sender sends a message. */
function copiesBy(index: number, { senders }: PlannedMessage): number {
  return senders.filter((sender) => sender === index).length;
}

function isSent(world: World, { id, durability }: PlannedMessage): boolean {
  return world.history.sent.get(id)?.acknowledged === durability;
}

/** Needs nothing that is said for a whole batch at once. */
function isPlain({ asked, type, delay_ms, senders }: PlannedMessage): boolean {
  return !asked && type === 'task_assignment' && delay_ms === 0 && senders.length === 1;
}

/** One batch for the inboxes of several agents. */
async function sendTogether(
  world: World,
  process: SimulatedProcess,
  queue: Queue,
  all: readonly PlannedMessage[],
): Promise<void> {
  const batch = all.filter((planned) => !isSent(world, planned));
  const [first] = batch;
  if (first === undefined) return;
  const { durability } = first;
  const same = batch.filter((planned) => planned.durability === durability);
  await patiently(world, process, same, async () => {
    const results = await queue.sendMany(same.map(messageOf), { durability, register: true });
    for (const result of results) world.history.sendSucceeded(result.messageId, result.durability);
  });
}

async function sendPatiently(
  world: World,
  process: SimulatedProcess,
  queue: Queue,
  planned: PlannedMessage,
  copies: number,
): Promise<void> {
  const { durability, delay_ms: delay, agent: to } = planned;
  const batch = Array.from({ length: copies }, () => planned);
  await patiently(world, process, batch, async () => {
    const results = await queue.sendMany(batch.map(messageOf), { durability, delay, to, register: true });
    for (const result of results) world.history.sendSucceeded(planned.id, result.durability);
  });
}

/** Sends a task and waits for its answer, which must come: also to one that asks again because it was killed. */
async function askPatiently(
  world: World,
  process: SimulatedProcess,
  queue: Queue,
  planned: PlannedMessage,
): Promise<void> {
  const { id, durability, agent: to } = planned;
  queue.events.on('sent', ({ messageId }) => {
    if (messageId === id) world.history.sendSucceeded(id, durability);
  });
  await patiently(world, process, [planned], async () => {
    const task = taskOf(planned);
    const answer = await queue.request(task, { durability, to, register: true, timeout: '7d' });
    const { causation_id: cause } = answer.metadata;
    if (cause !== id) world.history.violate('another answer', `${String(cause)} for ${id}`);
    world.machine.trace.add(`answered ${id}: ${answer.status}`);
  });
}

/** Sends these messages, however often that takes: an error of the disk may pass. */
async function patiently(
  world: World,
  process: SimulatedProcess,
  batch: readonly PlannedMessage[],
  send: () => Promise<void>,
): Promise<void> {
  for (;;) {
    const undisturbed = !world.harmful;
    for (const planned of batch) {
      world.history.sendBegan(planned.id, textOfPlanned(planned), planned.durability);
    }
    try {
      await send();
      return;
    } catch (error) {
      world.machine.trace.add(`cannot send ${batch.map(({ id }) => id).join(' ')} ${textOf(error)}`);
      if (undisturbed) world.history.violate('sending fails', textOf(error));
      await world.sleep(process, process.random.integer(0, 1_000));
    }
  }
}

const texts = new WeakMap<PlannedMessage, string>();

/** Made once: a message is tried again and again. */
function textOfPlanned(planned: PlannedMessage): string {
  const text = texts.get(planned) ?? serializeMessage(messageOf(planned));
  texts.set(planned, text);
  return text;
}

function messageOf(planned: PlannedMessage): Message {
  return planned.type === 'status_update'
    ? statusUpdate({ ...fieldsOf(planned), status: 'queued' })
    : taskOf(planned);
}

function taskOf(planned: PlannedMessage): TaskAssignment {
  return taskAssignment({
    ...fieldsOf(planned),
    assigned_to: planned.agent,
    priority: planned.priority,
    inputs: { parameters: { padding: 'x'.repeat(200) } },
    retry_policy: { max_retries: 5, backoff_seconds: 1 },
  });
}

function fieldsOf({ id, workflowId, taskId }: PlannedMessage): {
  message_id: string;
  created_at: string;
  agent_id: string;
  workflow_id: string;
  task_id: string;
} {
  return {
    message_id: id,
    created_at: '2026-01-01T00:00:00.000Z',
    agent_id: ORCHESTRATOR,
    workflow_id: workflowId,
    task_id: taskId,
  };
}
