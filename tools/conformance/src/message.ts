import { CREATED_AT } from './file-name.ts';

/** A task for `coder`, with other or further fields. */
export function task(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    schema_version: '1.0',
    message_type: 'task_assignment',
    message_id: 'm-1',
    workflow_id: 'w-1',
    task_id: 't-1',
    agent_id: 'lead',
    assigned_to: 'coder',
    created_at: CREATED_AT,
    ...fields,
  };
}

/** A status that `coder` writes. */
export function status(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { assigned_to: _, ...envelope } = task();
  return { ...envelope, message_type: 'status_update', agent_id: 'coder', status: 'in_progress', ...fields };
}

/** A message's file. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
