import { fileTask, HOLDING } from '../tasks.ts';
import type { Outcome, Stage, Victim } from './stage.ts';

/**
 * An agent is killed with SIGKILL in the middle of a task, and another one finishes the task. The agent announces
 * that it is in the middle of it, and waits there; it works on one message at a time, so nothing else is interrupted.
 */
export async function killAnAgent(stage: Stage, { taskId, path }: Victim): Promise<Outcome> {
  const { mq, board, team, narrative, signal } = stage;
  narrative.step('An agent is killed in the middle of a task');
  const message = fileTask({
    workflowId: stage.workflowId,
    taskId,
    folder: stage.folder,
    path,
    hold: true,
    urgent: true,
  });
  await mq.send(message, { signal });

  const held = await board.until(() => board.status(taskId, HOLDING), signal);
  const pid = Number(held.metadata['pid']);
  narrative.say(`${String(held.metadata['agent'])} (pid ${pid}) is in the middle of ${path}, delivery 1.`);
  narrative.say(`kill -9 ${pid}`);
  const killed_ms = performance.now();
  const victim = await team.kill(pid);
  const exit = await victim.exited;

  const completion = await board.until(() => board.completion(taskId), signal);
  const { agent, pid: finisher, delivery } = completion.results.output;
  const recovery = team.find(({ agent: by, event, heard_ms }) =>
    event.event === 'recovered' && event.message_id === message.message_id
      ? { by, event, heard_ms }
      : undefined,
  );
  if (recovery !== undefined) {
    narrative.say(
      `${recovery.by.name} found pid ${recovery.event.holder_pid} dead and put its message back, ${Math.round(recovery.heard_ms - killed_ms)} ms later.`,
    );
  }
  narrative.say(`${String(agent)} (pid ${String(finisher)}) finished it with delivery ${String(delivery)}.`);

  const differences: string[] = [];
  if (exit.signal !== 'SIGKILL' && process.platform !== 'win32')
    differences.push(`${victim.name} ended by itself before it was killed`);
  if (finisher === pid) differences.push(`the killed process ${pid} finished ${taskId}`);
  if (delivery !== 2) differences.push(`${taskId} was finished by delivery ${String(delivery)} instead of 2`);
  return { messageId: message.message_id, differences };
}
