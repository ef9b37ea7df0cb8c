import { Type } from 'typebox';
import type { Static } from 'typebox';
import { createDefinition } from './create-definition.ts';
import { anyObject, IdSchema, integerFrom, mapOf, nullable } from './field-schemas.ts';
import type { MessageOf } from './message-definition.ts';
import { withDefault } from './with-default.ts';

/** The schema of what a task is given to work on. */
export const InputsSchema = Type.Object({
  files: withDefault(Type.Array(Type.String()), []),
  config: withDefault(anyObject(), {}),
  options: withDefault(anyObject(), {}),
  parameters: withDefault(anyObject(), {}),
  environment: withDefault(mapOf<string>(Type.String()), {}),
});

/** What a task is given to work on. */
export type Inputs = Static<typeof InputsSchema>;

/** The schema of how often, and after how long, a failed task is tried again. */
export const RetryPolicySchema = Type.Object({
  max_retries: withDefault(integerFrom(0), 0),
  backoff_seconds: withDefault(integerFrom(0), 60),
  backoff_multiplier: withDefault(Type.Number({ minimum: 0 }), 2),
  max_backoff_seconds: withDefault(nullable(integerFrom(0)), null),
});

/** How often, and after how long, a failed task is tried again. */
export type RetryPolicy = Static<typeof RetryPolicySchema>;

/** The priorities, most urgent first. */
export const PRIORITIES = ['high', 'medium', 'low'] as const;

/** How urgent a task is. */
export type Priority = (typeof PRIORITIES)[number];

/**
 * A task for an agent: goes to `assigned_to`, or to `agent_id` where that is null.
 *
 * `timeout_seconds` null means no limit of its own.
 */
export const taskAssignment = createDefinition(
  'task_assignment',
  Type.Object(
    {
      assigned_to: withDefault(nullable(IdSchema), null),
      priority: withDefault(Type.Enum(['low', 'medium', 'high']), 'medium'),
      inputs: withDefault(InputsSchema, {}),
      timeout_seconds: withDefault(nullable(integerFrom(0)), null),
      retry_policy: withDefault(RetryPolicySchema, {}),
    },
    { description: 'A task for an agent: goes to assigned_to, or to agent_id where that is null.' },
  ),
);

/** A task for an agent. */
export type TaskAssignment = MessageOf<typeof taskAssignment>;
