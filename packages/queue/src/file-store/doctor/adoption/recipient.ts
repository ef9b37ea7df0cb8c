import { peekEnvelope } from '@tapps-agents/contracts';
import { isAgentId } from '../../../agent-id.ts';
import type { Box } from '../../../stored-message.ts';

/**
 * The box that a message asks for, as far as its content tells, be it valid or not: an assignment goes to `assigned_to`, or to
 * `agent_id` where that is null; everything else to its writer's outbox. Null where it does not tell.
 */
export function recipientOf(bytes: Uint8Array): Box | null {
  const { agent_id, message_type } = peekEnvelope(bytes);
  const assigned = assignedTo(bytes);
  if (assigned !== null) return { kind: 'inbox', agentId: assigned };
  if (agent_id === null) return null;
  return { kind: message_type === 'task_assignment' ? 'inbox' : 'outbox', agentId: agent_id };
}

function assignedTo(bytes: Uint8Array): string | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value !== 'object' || value === null || !('assigned_to' in value)) return null;
    const { assigned_to } = value;
    return isAgentId(assigned_to) ? assigned_to : null;
  } catch {
    return null; // Not JSON: it tells nothing.
  }
}
