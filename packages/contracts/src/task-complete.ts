import { Type } from 'typebox';
import type { Static } from 'typebox';
import { createDefinition } from './create-definition.ts';
import { anyObject, mapOf } from './field-schemas.ts';
import type { MessageOf } from './message-definition.ts';
import { withDefault } from './with-default.ts';

/** The schema of what came of a task. */
export const ResultsSchema = Type.Object({
  output_files: withDefault(Type.Array(Type.String()), []),
  artifacts: withDefault(Type.Array(Type.String()), []),
  errors: withDefault(Type.Array(Type.String()), []),
  warnings: withDefault(Type.Array(Type.String()), []),
  metrics: withDefault(mapOf<number>(Type.Number()), {}),
  output: withDefault(anyObject(), {}),
});

/** What came of a task. */
export type Results = Static<typeof ResultsSchema>;

/** The end of a task, from its agent to the orchestrator: whether it succeeded, and what came of it. */
export const taskComplete = createDefinition(
  'task_complete',
  Type.Object(
    {
      status: Type.Enum(['completed', 'failed']),
      results: withDefault(ResultsSchema, {}),
    },
    { description: 'The end of a task, from its agent to the orchestrator.' },
  ),
);

/** The end of a task. */
export type TaskComplete = MessageOf<typeof taskComplete>;
