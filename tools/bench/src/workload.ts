import {
  defineMessage,
  serializeMessage,
  taskAssignment,
  Type,
  type Message,
  type TaskAssignment,
} from '@tapps-agents/contracts';

/** What every message carries; the JSON around it is some 700 bytes more, and every subject writes all of it. */
const PAYLOAD = 'x'.repeat(1_024);

/** Most urgent first. */
export const PRIORITIES = ['high', 'medium', 'low'] as const;

type Priority = (typeof PRIORITIES)[number];

/** Who reads. */
export const WORKER = 'worker';

/** A type without an answer: finishing a `task_assignment` publishes a durable `task_complete`, which is another row. */
export const Errand = defineMessage('errand', Type.Object({ payload: Type.String() }));

/** To be told to whoever writes or reads both kinds. */
export const DEFINITIONS = { definitions: [Errand] };

/** A task with 1 KiB to work on. */
export function assignment(workflowId = 'bench', taskId = 'bench', priority?: Priority): TaskAssignment {
  return taskAssignment({
    ...(priority === undefined ? {} : { priority }),
    workflow_id: workflowId,
    task_id: taskId,
    agent_id: 'producer',
    assigned_to: WORKER,
    inputs: { config: { payload: PAYLOAD } },
  });
}

let errandPayload: string | undefined;

/** An errand with 1 KiB, and as much more as makes it as long as an assignment: what is compared reads equally long texts. */
export function errand(): Message {
  errandPayload ??= PAYLOAD.padEnd(
    PAYLOAD.length + sampleText().length - serializeMessage(errandWith(PAYLOAD), DEFINITIONS).length,
    'x',
  );
  return errandWith(errandPayload);
}

function errandWith(payload: string): Message {
  return Errand({ workflow_id: 'bench', task_id: 'bench', agent_id: 'producer', payload });
}

/** So many of them. */
export function many<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, () => make());
}

/** The text of one, which subjects that know no messages carry. */
export function sampleText(): string {
  return serializeMessage(assignment());
}

/** The same as bytes. */
export function sampleBytes(): Uint8Array {
  return new TextEncoder().encode(sampleText());
}
