import { openQueue, type Queue } from '@tapps-agents/queue';
import { LEASE } from './agent-settings.ts';
import type { Keepsake } from './farewell.ts';
import { askForReport } from './ask-for-report.ts';
import { breakAndRepair } from './incidents/broken-file.ts';
import { sendTwice } from './incidents/duplicate-message.ts';
import { killAnAgent } from './incidents/killed-agent.ts';
import type { Outcome, Stage } from './incidents/stage.ts';
import type { Narrative } from './narrative.ts';
import type { ProgressLine } from './progress-line.ts';
import { TaskBoard } from './task-board.ts';
import { ANALYST, fileTask, ORCHESTRATOR, SUMMARISER } from './tasks.ts';
import { Team } from './team.ts';
import type { WorkPlan } from './work-plan.ts';
import type { Workspace } from './workspace.ts';

/** Analysts at work; with the summariser there are four agent processes, and three when one was killed. */
const ANALYSTS = 3;
/** The incidents begin when these shares of the bulk are done. */
const INCIDENT_SHARES = [0.2, 0.45, 0.7];

/** What one run is about. */
export interface Run {
  readonly workspace: Workspace;
  readonly folder: string;
  readonly workflowId: string;
  readonly plan: WorkPlan;
  readonly narrative: Narrative;
  readonly progress: ProgressLine;
  /** Ends the run when aborted; its reason is what the run rejects with. */
  readonly stop: AbortController;
}

/** What is known when all processes have ended. */
export interface RunResult {
  readonly board: TaskBoard;
  /** What went otherwise than promised, in sentences. */
  readonly differences: readonly string[];
  /** The message whose first holder was killed. */
  readonly killed: Keepsake;
}

/**
 * The orchestrator: starts the team, hands out the tasks, lets the incidents happen, collects what agents report,
 * has it summed up, and ends the team. However it ends, no process of the team is left.
 */
export async function conduct(run: Run): Promise<RunResult> {
  const { workspace, plan, narrative, stop, workflowId } = run;
  const board = new TaskBoard();
  for (const { taskId, path } of [...plan.bulk, ...plan.victims]) board.expect(taskId, path);

  await using mq = await openQueue({ root: workspace.root, agent: ORCHESTRATOR, lease: LEASE });
  mq.events.on('error', (error) => narrative.say(`(tried again: ${String(error)})`));
  for (const agent of [ANALYST, SUMMARISER]) await mq.registerAgent(agent);
  await using team = new Team(
    () => board.touch(),
    (error) => stop.abort(error),
  );
  const stage: Stage = {
    mq,
    board,
    team,
    workspace,
    narrative,
    folder: run.folder,
    workflowId,
    signal: stop.signal,
  };

  await assemble(stage);
  await handOut(stage, plan);
  const outcomes = await work(stage, run);
  await askForReport(stage);

  const badEnds = await team.stop();
  for (const { agent, event } of team.heard) {
    if (event.event === 'error') narrative.say(`(${agent.name} tried again: ${event.error})`);
  }
  await collectTheRest(mq, board);
  const strays = board.strays.map((stray) => `${stray} arrived, which nobody had asked for`);
  const differences = [...outcomes.flatMap((outcome) => outcome.differences), ...badEnds, ...strays];
  return { board, differences, killed: await keepsake(mq, outcomes[0]?.messageId ?? '') };
}

async function assemble({ team, board, narrative, workspace, signal }: Stage): Promise<void> {
  narrative.step('The team: processes that share nothing but a directory');
  team.start(workspace, ANALYSTS);
  await board.until(() => (team.ready === team.agents.length ? true : undefined), signal);
  const members = team.agents.map((agent) => `${agent.name} (${agent.pid})`);
  narrative.say(`${ORCHESTRATOR} (${process.pid}), ${members.join(', ')}`);
}

async function handOut({ mq, narrative, folder, workflowId, signal }: Stage, plan: WorkPlan): Promise<void> {
  const messages = plan.bulk.map(({ taskId, path }) => fileTask({ workflowId, taskId, folder, path }));
  const before_ms = performance.now();
  if (messages.length > 0) await mq.sendMany(messages, { signal });
  const took_ms = Math.round(performance.now() - before_ms);
  narrative.step('The work: one task for each file');
  narrative.say(
    `${messages.length} tasks sent durably in ${took_ms} ms; ${plan.victims.length} more follow below.`,
  );
}

/** Collects while the incidents happen, until every file's task is finished. */
async function work(stage: Stage, { plan, progress, workflowId, stop }: Run): Promise<Outcome[]> {
  const { mq, board, signal } = stage;
  const outcomes: Outcome[] = [];
  const draw = (): void => progress.update(board.done, board.total, board.currentStep);
  const stopDrawing = board.onChange(draw);
  try {
    await using collector = mq.collect(handlersOf(board), { workflow_id: workflowId, concurrency: 8 });
    collector.done.catch((error: unknown) => stop.abort(error));
    for (const [index, incident] of [killAnAgent, sendTwice, breakAndRepair].entries()) {
      const share = Math.floor(plan.bulk.length * (INCIDENT_SHARES[index] ?? 0));
      await board.until(() => (board.done >= share ? true : undefined), signal);
      const victim = plan.victims[index];
      if (victim !== undefined) outcomes.push(await incident(stage, victim));
    }
    await board.until(() => (board.done === board.total ? true : undefined), signal);
    return outcomes;
  } finally {
    stopDrawing();
    progress.end();
  }
}

async function keepsake(mq: Queue, messageId: string): Promise<Keepsake> {
  const [found] = await mq.operations.find(messageId);
  return { messageId, location: found?.location ?? '' };
}

/** What agents reported last, when nobody can add to it any more. */
async function collectTheRest(mq: Queue, board: TaskBoard): Promise<void> {
  await using rest = mq.collect(handlersOf(board), { untilEmpty: true, concurrency: 8 });
  await rest.done;
}

function handlersOf(board: TaskBoard): Parameters<Queue['collect']>[0] {
  return {
    status_update: (message) => board.recordStatus(message),
    task_complete: (message) => board.recordCompletion(message),
  };
}
