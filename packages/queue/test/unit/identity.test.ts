import { statusUpdate, taskAssignment, taskComplete, type Message } from '@tapps-agents/contracts';
import { describe, expect, test } from 'vitest';
import { addressed, identityOf, misroutingOf, routeOf } from '../../src/identity.ts';

const envelope = { agent_id: 'writer', workflow_id: 'w', task_id: 't', message_id: 'm' };
const assigned = taskAssignment({ ...envelope, assigned_to: 'coder', priority: 'high' });
const unassigned = taskAssignment({ ...envelope });
const update = statusUpdate({ ...envelope, status: 'queued' });
const complete = taskComplete({ ...envelope, status: 'completed' });

describe('identity', () => {
  test('is what the message says', () => {
    const message = { ...assigned, created_at: '2025-12-14T10:35:00.123456Z' };
    expect(identityOf(message)).toEqual({
      messageId: 'm',
      messageType: 'task_assignment',
      workflowId: 'w',
      taskId: 't',
      createdAt_ms: Date.UTC(2025, 11, 14, 10, 35, 0, 123),
      priority: 'high',
    });
  });

  test.each([
    ['low', 'low'],
    ['medium', 'medium'],
    ['high', 'high'],
    ['urgent', 'medium'],
    [undefined, 'medium'],
  ])('has for priority %j the priority %s', (priority, expected) => {
    expect(identityOf({ ...update, priority } as Message).priority).toBe(expected);
  });
});

describe('a route', () => {
  test.each([
    ['an assignment', assigned, undefined, { kind: 'inbox', agentId: 'coder' }],
    ['an assignment to nobody in particular', unassigned, undefined, { kind: 'inbox', agentId: 'writer' }],
    ['an update', update, undefined, { kind: 'outbox', agentId: 'writer' }],
    ['a completion', complete, undefined, { kind: 'outbox', agentId: 'writer' }],
    ['a completion to somebody', complete, 'coder', { kind: 'inbox', agentId: 'coder' }],
  ])('of %s', (_what, message, to, box) => {
    expect(routeOf(message, to)).toEqual(box);
  });

  test('an assignment to nobody in particular is assigned to the addressee, others are left as they are', () => {
    expect(addressed(unassigned, 'coder')).toEqual({ ...unassigned, assigned_to: 'coder' });
    expect(unassigned.assigned_to).toBeNull();
    expect(addressed(unassigned, undefined)).toBe(unassigned);
    expect(addressed(assigned, 'coder')).toBe(assigned);
    expect(addressed(update, 'coder')).toBe(update);
  });

  test('an assignment to one cannot be sent to another', () => {
    expect(() => addressed(assigned, 'tester')).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION', messageId: 'm', agentId: 'tester' }),
    );
  });

  test('leads to a box where the message belongs', () => {
    for (const message of [assigned, unassigned, update, complete]) {
      expect(misroutingOf(message, routeOf(message, undefined))).toBeNull();
      expect(
        misroutingOf(addressed(message, 'coder'), routeOf(addressed(message, 'coder'), 'coder')),
      ).toBeNull();
    }
  });
});

describe('a message is in the wrong box', () => {
  test.each([
    ['an assignment in the inbox of another', assigned, 'inbox', '/assigned_to', '"coder"'],
    ['an assignment to nobody in the inbox of another', unassigned, 'inbox', '/agent_id', '"writer"'],
    ['an update in the outbox of another', update, 'outbox', '/agent_id', '"writer"'],
    ['an assignment in the outbox of another', assigned, 'outbox', '/agent_id', '"writer"'],
  ] as const)('%s', (_what, message, kind, pointer, found) => {
    expect(misroutingOf(message, { kind, agentId: 'other' })).toEqual({
      pointer,
      expected: '"other"',
      found,
    });
  });

  test('but any other message may be in any inbox', () => {
    for (const message of [update, complete]) {
      expect(misroutingOf(message, { kind: 'inbox', agentId: 'other' })).toBeNull();
    }
  });
});
