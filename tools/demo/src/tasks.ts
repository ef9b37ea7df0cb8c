import path from 'node:path';
import { taskAssignment, type TaskAssignment } from '@tapps-agents/contracts';

/** The agents of the demo, by the names of their inboxes. */
export const ORCHESTRATOR = 'orchestrator';
export const ANALYST = 'analyst';
export const SUMMARISER = 'summariser';

/** The step an analyst reports before it waits, in the middle of a task that says so. */
export const HOLDING = 'holding';

/** What an analyst is told. */
export interface FileTask {
  /** Where to read it. */
  readonly file: string;
  /** How to call it: relative to the analysed folder. */
  readonly path: string;
  /** Wait, at the first delivery, in the middle of the work. */
  readonly hold: boolean;
}

/** What the summariser is told: files to read and to write, for results too large to be messages. */
export interface SummaryTask {
  readonly analyses: string;
  readonly folder: string;
  readonly report: string;
}

/** Tried three times more, a second after the first failure, then two, then four. */
const RETRY_POLICY = { max_retries: 3, backoff_seconds: 1, backoff_multiplier: 2 };

/** The task to analyse one file of the folder. `urgent` ones are handled before all others. */
export function fileTask(options: {
  readonly workflowId: string;
  readonly taskId: string;
  readonly folder: string;
  readonly path: string;
  readonly hold?: boolean;
  readonly urgent?: boolean;
}): TaskAssignment {
  return taskAssignment({
    agent_id: ORCHESTRATOR,
    assigned_to: ANALYST,
    workflow_id: options.workflowId,
    task_id: options.taskId,
    priority: options.urgent === true ? 'high' : 'medium',
    inputs: {
      files: [path.join(options.folder, options.path)],
      parameters: { path: options.path, hold: options.hold === true },
    },
    timeout_seconds: 60,
    retry_policy: RETRY_POLICY,
  });
}

/** Reads a file task back; throws when the message is not one, which fails the task. */
export function toFileTask({ inputs }: TaskAssignment): FileTask {
  const [file] = inputs.files;
  const { path: name, hold } = inputs.parameters;
  if (file === undefined || typeof name !== 'string') {
    throw new Error('An analyst needs one file in inputs.files and its name in inputs.parameters.path.');
  }
  return { file, path: name, hold: hold === true };
}

/** The task to make one report of all analyses. */
export function summaryTask(workflowId: string, task: SummaryTask): TaskAssignment {
  return taskAssignment({
    agent_id: ORCHESTRATOR,
    assigned_to: SUMMARISER,
    workflow_id: workflowId,
    task_id: 'report',
    inputs: { files: [task.analyses], parameters: { folder: task.folder, report: task.report } },
    timeout_seconds: 60,
    retry_policy: RETRY_POLICY,
  });
}

/** Reads a summary task back; throws when the message is not one. */
export function toSummaryTask({ inputs }: TaskAssignment): SummaryTask {
  const [analyses] = inputs.files;
  const { folder, report } = inputs.parameters;
  if (analyses === undefined || typeof folder !== 'string' || typeof report !== 'string') {
    throw new Error('A summariser needs inputs.files, and folder and report in inputs.parameters.');
  }
  return { analyses, folder, report };
}
