import { statusUpdate, taskAssignment, taskComplete } from '../src/index.ts';
import type { Message } from '../src/index.ts';

const now = (): number => Date.UTC(2026, 0, 9, 12, 30, 15, 42);
const ids = { workflow_id: 'wf-1', task_id: 'task-7', agent_id: 'coder' };

/**
 * The messages behind fixtures/1.0/golden, by file name. Those files stay for ever: a later version must still read them,
 * and must still write them for 1.0. Add messages; never change one.
 */
export const goldenMessages: Readonly<Record<string, () => Message>> = {
  'task_assignment.minimal.json': () =>
    taskAssignment({ ...ids, message_id: '019ba2b5-9a6a-7000-8000-000000000001' }, { now }),
  'task_assignment.full.json': () =>
    taskAssignment(
      {
        ...ids,
        agent_id: 'orchestrator',
        message_id: '019ba2b5-9a6a-7000-8000-000000000002',
        created_at: '2026-01-09T12:30:15.123456Z',
        idempotency_key: 'wf-1/task-7',
        metadata: { causation_id: 'm-1', note: 'café ✓ 🚀', nested: { list: [1, 2.5, null, true] } },
        assigned_to: 'coder',
        priority: 'high',
        inputs: {
          files: ['src/api/users.py', '../../x'],
          config: { coverage_target: 80 },
          options: { dry_run: false },
          parameters: { depth: 3, names: ['a', 'b'], ratio: 0.25 },
          environment: { CI: '1' },
        },
        timeout_seconds: 1800,
        retry_policy: {
          max_retries: 2,
          backoff_seconds: 5,
          backoff_multiplier: 1.5,
          max_backoff_seconds: 300,
        },
      },
      { now },
    ),
  'status_update.minimal.json': () =>
    statusUpdate({ ...ids, message_id: '019ba2b5-9a6a-7000-8000-000000000003', status: 'queued' }, { now }),
  'status_update.full.json': () =>
    statusUpdate(
      {
        ...ids,
        message_id: '019ba2b5-9a6a-7000-8000-000000000004',
        status: 'in_progress',
        progress_percent: 45,
        current_step: 'running the tests',
      },
      { now },
    ),
  'task_complete.minimal.json': () =>
    taskComplete(
      { ...ids, message_id: '019ba2b5-9a6a-7000-8000-000000000005', status: 'completed' },
      { now },
    ),
  'task_complete.full.json': () =>
    taskComplete(
      {
        ...ids,
        message_id: '019ba2b5-9a6a-7000-8000-000000000006',
        status: 'failed',
        results: {
          output_files: ['out/report.md'],
          artifacts: ['a.patch'],
          errors: ['boom: ✗'],
          warnings: ['w'],
          metrics: { coverage: 87.3, tests: 15 },
          output: { nested: { k: [1, 2, { z: null }] } },
        },
      },
      { now },
    ),
};
