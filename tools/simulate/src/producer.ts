import { serializeMessage, statusUpdate, taskAssignment, type Message } from '@tapps-agents/contracts';
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
    for (const planned of world.scenario.messages) {
      const copies = planned.senders.filter((sender) => sender === index).length;
      if (copies === 0 || world.history.sent.get(planned.id)?.acknowledged === planned.durability) continue;
      await sendPatiently(world, process, queue, planned, copies);
    }
    await world.closeQueue(process, queue);
  };
}

async function sendPatiently(
  world: World,
  process: SimulatedProcess,
  queue: Queue,
  planned: PlannedMessage,
  copies: number,
): Promise<void> {
  const { durability, delay_ms } = planned;
  const message = messageOf(planned, world.scenario.agent);
  const batch = Array.from({ length: copies }, () => message);
  const options = { durability, delay: delay_ms, to: world.scenario.agent, register: true };
  for (;;) {
    const undisturbed = !world.harmful;
    for (const _ of batch) world.history.sendBegan(planned.id, serializeMessage(message), durability);
    try {
      const results = await queue.sendMany(batch, options);
      for (const result of results) world.history.sendSucceeded(planned.id, result.durability);
      return;
    } catch (error) {
      world.machine.trace.add(`cannot send ${planned.id} ${textOf(error)}`);
      if (undisturbed) world.history.violate('sending fails', textOf(error));
      await world.sleep(process, process.random.integer(0, 1_000));
    }
  }
}

function messageOf(planned: PlannedMessage, agent: string): Message {
  const fields = {
    message_id: planned.id,
    created_at: '2026-01-01T00:00:00.000Z',
    agent_id: ORCHESTRATOR,
    workflow_id: planned.workflowId,
    task_id: planned.taskId,
  };
  if (planned.type === 'status_update') return statusUpdate({ ...fields, status: 'queued' });
  return taskAssignment({
    ...fields,
    assigned_to: agent,
    priority: planned.priority,
    inputs: { parameters: { padding: 'x'.repeat(200) } },
    retry_policy: { max_retries: 5, backoff_seconds: 1 },
  });
}
