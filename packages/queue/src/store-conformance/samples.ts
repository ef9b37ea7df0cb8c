import type { DeadLetterReason, Failure } from '@tapps-agents/contracts';
import type { Box, Entry, Identity, Outgoing } from '../stored-message.ts';

/** When sample messages were created, unless they say otherwise. */
export const CREATED_MS = Date.UTC(2025, 11, 14, 10, 35, 0, 123);

/** Ids that would leave their place, collide, or not be storable at all if they became names just as they are. */
export const HOSTILE_IDS: readonly string[] = [
  '../../x',
  '..',
  '.',
  '.hidden',
  '/etc/passwd',
  String.raw`..\..\x`,
  'C:evil',
  'a:b',
  'A',
  'a',
  'CON',
  'con',
  'con.txt',
  'NUL',
  'trailing.',
  'trailing ',
  ' leading',
  '-rf',
  '%41',
  'a%2fb',
  'a/b',
  'a_b',
  'a~b',
  '*?"<>|',
  '🦊 fox',
  'e\u0301',
  'é',
  'x'.repeat(300),
  `${'x'.repeat(299)}y`,
  'X'.repeat(300),
  'é'.repeat(200),
];

export function inbox(agentId: string): Box {
  return { kind: 'inbox', agentId };
}

export function outbox(agentId: string): Box {
  return { kind: 'outbox', agentId };
}

/** An identity with sample values for what is not given. */
export function identity(messageId: string, rest: Partial<Identity> = {}): Identity {
  return {
    messageId,
    messageType: 'task_assignment',
    workflowId: 'workflow-1',
    taskId: 'task-1',
    createdAt_ms: CREATED_MS,
    priority: 'medium',
    ...rest,
  };
}

/** A message on its way; its content names its id, unless given. */
export function outgoing(box: Box, of: Identity, rest: Partial<Outgoing> = {}): Outgoing {
  return { box, identity: of, bytes: textBytes(JSON.stringify({ message_id: of.messageId })), ...rest };
}

export function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A valid reason for putting this message aside. */
export function reasonFor(entry: Entry): DeadLetterReason {
  return {
    reason_version: '1.0',
    code: 'rejected',
    reason: 'The sample says no. Mend it, then replay it.',
    details: [{ pointer: '/inputs', expected: 'something', found: 'nothing' }],
    message: { message_id: entry.messageId, message_type: null, workflow_id: null, task_id: null },
    origin: { box: entry.box.kind, agent_id: entry.box.agentId, file: entry.entryId },
    quarantined_at: '2025-12-14T10:35:01.000Z',
    quarantined_by: { agent_id: 'tester', owner: entry.owner, pid: 1, host: 'host' },
    deliveries: entry.deliveries,
    failures: entry.failures,
    replays: 0,
    expires_at: null,
    history: [failure(1, CREATED_MS)],
  };
}

/** A failure of one delivery at one time. */
export function failure(delivery: number, at_ms: number, message = 'it failed'): Failure {
  return {
    kind: 'failed',
    delivery,
    at: new Date(at_ms).toISOString(),
    agent_id: 'tester',
    owner: 'owner001',
    pid: 1,
    host: 'host',
    error: { name: 'Error', message, code: null, stack: null },
  };
}
