import path from 'node:path';
import { readEffects } from '../effects.ts';
import { fileTask } from '../tasks.ts';
import type { Outcome, Stage, Victim } from './stage.ts';

/**
 * One message is sent twice, as a sender does that is not sure whether the first time went through, and is handled
 * once: the second copy is finished without its handler, because the ledger has the id.
 */
export async function sendTwice(stage: Stage, { taskId, path: file }: Victim): Promise<Outcome> {
  const { mq, board, team, narrative, workspace, signal } = stage;
  narrative.step('A message is sent twice');
  const message = fileTask({
    workflowId: stage.workflowId,
    taskId,
    folder: stage.folder,
    path: file,
    urgent: true,
  });
  const receipts = [await mq.send(message, { signal }), await mq.send(message, { signal })];
  narrative.say(
    `${message.message_id} (${file}): ${receipts.map((receipt) => receipt.status).join(' and ')}.`,
  );

  await board.until(() => board.completion(taskId), signal);
  const noticed = await board.until(
    () =>
      team.find(({ agent, event }) =>
        event.event === 'duplicate' && event.message_id === message.message_id ? agent : undefined,
      ),
    signal,
  );
  const handled = readEffects(workspace.effects).filter((effect) => effect.task_id === taskId);
  narrative.say(
    `Handled ${handled.length === 1 ? 'once' : `${handled.length} times`}, by ${handled.map((effect) => effect.agent).join(', ')}; ` +
      `${noticed.name} found the other copy in the ledger and finished it without work.`,
  );

  const reports = await mq.operations.find(message.message_id);
  const entries = reports.filter((report) => report.entry.state === 'processed');
  narrative.say('The ledger has both:');
  for (const { location } of entries.toSorted((a, b) => a.location.length - b.location.length)) {
    narrative.say(`  ${path.relative(workspace.directory, location)}`);
  }

  const differences: string[] = [];
  if (handled.length !== 1) differences.push(`${taskId} was sent twice and handled ${handled.length} times`);
  if (entries.length !== 2)
    differences.push(`the ledger has ${entries.length} instead of 2 files for ${message.message_id}`);
  return { messageId: message.message_id, differences };
}
