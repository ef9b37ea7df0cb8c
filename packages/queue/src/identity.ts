import type { Message, TaskAssignment } from '@tapps-agents/contracts';
import { QueueError } from './errors.ts';
import type { Box, Identity, Priority } from './stored-message.ts';

const MAX_QUOTED_CHARACTERS = 600;

/** What a store must know of a validated message. */
export function identityOf(message: Message): Identity {
  return {
    messageId: message.message_id,
    messageType: message.message_type,
    workflowId: message.workflow_id,
    taskId: message.task_id,
    createdAt_ms: Date.parse(message.created_at),
    priority: priorityOf(message),
  };
}

/**
 * The box that a message belongs into: a task assignment goes to `assigned_to`, or to `agent_id` where that is null; `to`
 * sends any other message to that inbox; the rest goes to its writer's outbox.
 */
export function routeOf(message: Message, to: string | undefined): Box {
  if (message.message_type === 'task_assignment') return { kind: 'inbox', agentId: assigneeOf(message) };
  return to === undefined ? { kind: 'outbox', agentId: message.agent_id } : { kind: 'inbox', agentId: to };
}

/** The message as it is to be sent: an assignment to nobody in particular is assigned to `to`. */
export function addressed(message: Message, to: string | undefined): Message {
  if (to === undefined || message.message_type !== 'task_assignment') return message;
  const assigned = assignedTo(message);
  if (assigned === null) return { ...message, assigned_to: to } as Message;
  if (assigned === to) return message;
  throw new QueueError(
    'ERR_INVALID_OPTION',
    `The task is assigned to ${JSON.stringify(assigned)} but was to be sent to ${JSON.stringify(to)}. Leave out one of them, or make them agree.`,
    {
      messageId: message.message_id,
      agentId: to,
    },
  );
}

/** Why a message does not belong into the box it was found in; null when it does. */
export function misroutingOf(
  message: Message,
  box: Box,
): { readonly pointer: string; readonly expected: string; readonly found: string } | null {
  if (box.kind === 'outbox') {
    return message.agent_id === box.agentId
      ? null
      : { pointer: '/agent_id', expected: quote(box.agentId), found: quote(message.agent_id) };
  }
  if (message.message_type !== 'task_assignment' || assigneeOf(message) === box.agentId) return null;
  const pointer = assignedTo(message) === null ? '/agent_id' : '/assigned_to';
  return { pointer, expected: quote(box.agentId), found: quote(assigneeOf(message)) };
}

/** An id as text, within the bounds of a fault in a dead-letter reason whatever its characters. */
function quote(id: string): string {
  const quoted = JSON.stringify(id);
  return quoted.length <= MAX_QUOTED_CHARACTERS ? quoted : `${quoted.slice(0, MAX_QUOTED_CHARACTERS)}…`;
}

function assigneeOf(message: Message): string {
  return assignedTo(message) ?? message.agent_id;
}

function assignedTo(message: Message): string | null {
  return 'assigned_to' in message && typeof message.assigned_to === 'string' ? message.assigned_to : null;
}

function priorityOf(message: Message): Priority {
  const priority = 'priority' in message ? message.priority : null;
  return priority === 'high' || priority === 'low' ? priority : 'medium';
}

/** Whether a validated message is a task assignment; its type says so, and validation has seen to the rest. */
export function isTaskAssignment(message: Message): message is TaskAssignment {
  return message.message_type === 'task_assignment';
}
