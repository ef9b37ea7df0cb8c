import { taskComplete } from '@tapps-agents/contracts';
import type { Core } from '../core.ts';
import type { Accepted } from './examination.ts';
import type { HeldMessages } from './held-messages.ts';

/**
 * Holds back the `task_complete` that answers a task which was done, to be published with its acknowledgement. Nothing for a
 * message that is no task, or was collected from an outbox.
 *
 * @throws MessageError where `results` are none, naming every fault
 */
export function complete(core: Core, accepted: Accepted, held: HeldMessages, results: unknown): void {
  const { message, claimed } = accepted;
  if (message.message_type !== 'task_assignment' || claimed.entry.box.kind !== 'inbox') return;
  const completion = taskComplete(
    {
      agent_id: claimed.entry.box.agentId,
      workflow_id: message.workflow_id,
      task_id: message.task_id,
      message_id: held.derive('completed'),
      status: 'completed',
      results: results ?? {}, // The builder validates it and names every fault.
    },
    { now: () => core.clock.now() },
  );
  held.add(completion);
}
