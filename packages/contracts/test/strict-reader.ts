// A reader of schema_version 1.0 that forbids unknown fields, written from the table of the protocol and from nothing else:
// it stands for the readers in other languages, so it must not use the schemas that it checks.

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const integer: Check = (value) => Number.isInteger(value);
const object: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const oneOf =
  (...values: unknown[]): Check =>
  (value) =>
    values.includes(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const mapOf =
  (check: Check): Check =>
  (value) =>
    object(value) && Object.values(value as object).every(check);

/** Exactly these fields, neither more nor less. */
const exactly =
  (fields: Record<string, Check>): Check =>
  (value) =>
    object(value) &&
    Object.keys(value as object)
      .sort()
      .join() === Object.keys(fields).sort().join() &&
    Object.entries(fields).every(([name, check]) => check((value as Record<string, unknown>)[name]));

const envelope = {
  schema_version: oneOf('1.0'),
  workflow_id: text,
  task_id: text,
  agent_id: text,
  message_id: text,
  created_at: (value: unknown): boolean =>
    text(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value as string),
  idempotency_key: orNull(text),
  metadata: object,
};

const types: Record<string, Check> = {
  task_assignment: exactly({
    ...envelope,
    message_type: oneOf('task_assignment'),
    assigned_to: orNull(text),
    priority: oneOf('low', 'medium', 'high'),
    inputs: exactly({
      files: listOf(text),
      config: object,
      options: object,
      parameters: object,
      environment: mapOf(text),
    }),
    timeout_seconds: orNull(integer),
    retry_policy: exactly({
      max_retries: integer,
      backoff_seconds: integer,
      backoff_multiplier: number,
      max_backoff_seconds: orNull(integer),
    }),
  }),
  status_update: exactly({
    ...envelope,
    message_type: oneOf('status_update'),
    status: oneOf('queued', 'in_progress', 'blocked', 'failed', 'completed'),
    progress_percent: orNull((value) => integer(value) && (value as number) >= 0 && (value as number) <= 100),
    current_step: orNull(text),
  }),
  task_complete: exactly({
    ...envelope,
    message_type: oneOf('task_complete'),
    status: oneOf('completed', 'failed'),
    results: exactly({
      output_files: listOf(text),
      artifacts: listOf(text),
      errors: listOf(text),
      warnings: listOf(text),
      metrics: mapOf(number),
      output: object,
    }),
  }),
};

/** Whether the strict reader accepts this JSON text. */
export function strictReaderAccepts(json: string): boolean {
  const value = JSON.parse(json) as { message_type?: string };
  return types[value.message_type ?? '']?.(value) ?? false;
}
