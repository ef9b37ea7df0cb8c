import type { Queue } from '@tapps-agents/queue';
import type { Narrative } from '../narrative.ts';
import type { TaskBoard } from '../task-board.ts';
import type { Team } from '../team.ts';
import type { Workspace } from '../workspace.ts';

/** What an incident acts on. */
export interface Stage {
  readonly mq: Queue;
  readonly board: TaskBoard;
  readonly team: Team;
  readonly workspace: Workspace;
  readonly narrative: Narrative;
  /** The analysed folder. */
  readonly folder: string;
  readonly workflowId: string;
  readonly signal: AbortSignal;
}

/** How an incident went. */
export interface Outcome {
  /** The message it happened to. */
  readonly messageId: string;
  /** What went otherwise than promised, in sentences; empty when all was well. */
  readonly differences: readonly string[];
}

/** The task that an incident happens to, and its file. */
export interface Victim {
  readonly taskId: string;
  readonly path: string;
}
