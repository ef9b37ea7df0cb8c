import { statusUpdate, taskAssignment, type Message } from '@tapps-agents/contracts';

const IDS = { workflow_id: 'good', task_id: 'good', agent_id: 'lead' };
const CREATED = { created_at: '2026-01-01T00:00:00.000Z' };

/** A valid task for the agent `coder`. */
export function goodTask(message_id: string): Message {
  return { ...taskAssignment({ ...IDS, assigned_to: 'coder', message_id }), ...CREATED };
}

/** A valid message in the outbox of `coder`. */
export function goodReport(message_id: string): Message {
  return { ...statusUpdate({ ...IDS, agent_id: 'coder', status: 'queued', message_id }), ...CREATED };
}
