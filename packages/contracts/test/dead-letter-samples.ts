import type { DeadLetterReason, Failure } from '../src/index.ts';

/** One failed delivery. */
export const failure: Failure = {
  kind: 'failed',
  delivery: 1,
  at: '2026-01-09T00:00:00.000Z',
  agent_id: 'coder',
  owner: 'o-1',
  pid: 42,
  host: 'here',
  error: { name: 'TypeError', message: 'boom', code: null, stack: null },
};

/** A reason with every field. */
export const reason: DeadLetterReason = {
  reason_version: '1.0',
  code: 'exhausted',
  reason:
    'All 5 deliveries failed, the last with TypeError: boom. Correct the handler, then replay the message.',
  details: [],
  message: { message_id: 'm-1', message_type: 'task_assignment', workflow_id: 'wf-1', task_id: 't-1' },
  origin: { box: 'inbox', agent_id: 'coder', file: '20260109T000000_000Z_m-1_task_assignment.json' },
  quarantined_at: '2026-01-09T00:00:01.000Z',
  quarantined_by: { agent_id: 'coder', owner: 'o-1', pid: 42, host: 'here' },
  deliveries: 5,
  failures: 5,
  replays: 0,
  expires_at: null,
  history: [failure],
};
