import { Type } from 'typebox';
import { createDefinition } from './create-definition.ts';
import { nullable } from './field-schemas.ts';
import type { MessageOf } from './message-definition.ts';
import { withDefault } from './with-default.ts';

/** How a task stands, from its agent to the orchestrator. `progress_percent` is a whole number from 0 to 100. */
export const statusUpdate = createDefinition(
  'status_update',
  Type.Object(
    {
      status: Type.Enum(['queued', 'in_progress', 'blocked', 'failed', 'completed']),
      progress_percent: withDefault(nullable(Type.Integer({ minimum: 0, maximum: 100 })), null),
      current_step: withDefault(nullable(Type.String()), null),
    },
    { description: 'How a task stands, from its agent to the orchestrator.' },
  ),
);

/** How a task stands. */
export type StatusUpdate = MessageOf<typeof statusUpdate>;
