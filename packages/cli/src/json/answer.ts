import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { TaskAssignment, TaskComplete } from '@tapps-agents/contracts';
import { messageContentSchema } from './contract-schemas.ts';

/** The schema of what `send --wait` prints. */
export function answerSchema() {
  return Type.Object({
    message_id: Type.String({ description: 'of the task that was sent' }),
    task_id: Type.String(),
    status: Type.Enum(['completed', 'failed']),
    answer: messageContentSchema(),
  });
}

/** What `send --wait` prints. */
export type AnswerJson = Static<ReturnType<typeof answerSchema>>;

/** The document of an answer to a task. */
export function answerJson({ message_id, task_id }: TaskAssignment, answer: TaskComplete): AnswerJson {
  return { message_id, task_id, status: answer.status, answer };
}
