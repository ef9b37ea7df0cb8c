import { createHash } from 'node:crypto';
import { taskAssignment, type TaskAssignment } from '@tapps-agents/contracts';

/** Who sends, and collects what comes of it. */
export const LEAD = 'lead';
/** Whose inbox is worked through by handlers. */
export const CODER = 'coder';
/** Whose inbox is taken from by hand. */
export const TESTER = 'tester';

/** What becomes of a message once somebody has it in hand. */
export const behaviours = [
  'finish',
  'finish',
  'finish',
  'once',
  'retry',
  'throw',
  'snooze',
  'reject',
  'exhaust',
  'forward',
  'report',
] as const;

/** One of `behaviours`. */
export type Behaviour = (typeof behaviours)[number];

/**
 * The message of an id: the same id gives the same bytes, so that whoever finds one on disk can tell whether it is whole,
 * and who never heard that it was sent can send it again.
 */
export function plannedMessage(id: string): TaskAssignment {
  const digest = createHash('sha256').update(id).digest();
  const at = (index: number): number => digest[index] ?? 0;
  // A few are larger than a block of the file system, most are not.
  const padding = digest.toString('hex').repeat(at(0) < 32 ? 200 : 1 + (at(1) % 20));
  return taskAssignment({
    message_id: id,
    created_at: new Date(Date.UTC(2026, 0, 1) + at(2) * 1_000).toISOString(),
    agent_id: LEAD,
    assigned_to: at(3) % 3 === 0 ? TESTER : CODER,
    // New directories in the ledger all the time: their names have to be made durable as well.
    workflow_id: `workflow-${id.slice(0, id.lastIndexOf('-'))}`,
    task_id: `task-${at(4) % 20}`,
    priority: at(5) % 10 === 0 ? 'high' : 'medium',
    inputs: { parameters: { behaviour: behaviours[at(6) % behaviours.length], padding } },
    retry_policy: { max_retries: 2, backoff_seconds: 0 },
  });
}

/** The id of a producer's message. None is the beginning of another, as those who look for one may name its beginning. */
export function plannedId(name: string, index: number): string {
  return `m-${name}-${String(index).padStart(6, '0')}`;
}

/** Ids of messages that producers send begin like this; those that follow from another's, and reports, do not. */
export function isPlanned(id: string): boolean {
  return id.startsWith('m-');
}
