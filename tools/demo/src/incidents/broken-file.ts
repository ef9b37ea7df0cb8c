import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DeadLetter } from '@tapps-agents/queue';
import { runOperator } from '../operator.ts';
import { DemoError } from '../demo-error.ts';
import { shellWord } from '../printable.ts';
import { ANALYST, fileTask } from '../tasks.ts';
import type { Outcome, Stage, Victim } from './stage.ts';

/**
 * A file is put into an inbox by hand, without its task_id. It is quarantined beside its reason, mended where it lies
 * and replayed with `tapps-mq`, and then finished like any other.
 */
export async function breakAndRepair(stage: Stage, victim: Victim): Promise<Outcome> {
  const { board, narrative, workspace, signal } = stage;
  narrative.step('A broken file is dropped into an inbox by hand');
  const messageId = await dropBrokenFile(stage, victim);

  const letter = await deadLetter(stage, messageId);
  const { reason } = letter;
  if (reason === null)
    throw new DemoError('ERR_UNEXPECTED', `${letter.location} was quarantined without a reason.`);
  narrative.say(`Quarantined as ${reason.code}: ${reason.reason}`);
  const reasonFile = letter.location.replace(/\.json$/, '.reason.json');
  narrative.say('The message, and its reason beside it:');
  narrative.say(`  ${path.relative(workspace.directory, letter.location)}`);
  narrative.say(`  ${path.relative(workspace.directory, reasonFile)}`);

  await mend(letter.location, victim.taskId);
  narrative.say('Mended where it lies, as with an editor (its task_id is there now), and then:');
  const replay = ['replay', '--id', messageId, '--yes'];
  narrative.command(`${workspace.operator} ${replay.map(shellWord).join(' ')}`);
  const output = await runOperator(workspace, replay, { colour: false, signal });
  for (const line of output.trimEnd().split('\n')) narrative.say(`  ${line}`);

  const completion = await board.until(() => board.completion(victim.taskId), signal);
  narrative.say(`${String(completion.results.output['agent'])} finished ${victim.path}.`);

  const differences: string[] = [];
  if (reason.message.message_id !== messageId)
    differences.push(`the reason names ${String(reason.message.message_id)} instead of ${messageId}`);
  const left = await readdir(path.dirname(letter.location));
  if (left.length > 0) differences.push(`after the replay the dead letters still hold ${left.join(', ')}`);
  return { messageId, differences };
}

/** What any program can do: write a file beside the boxes, then rename it into one. Returns the message's id. */
async function dropBrokenFile(
  { workspace, folder, workflowId, narrative }: Stage,
  victim: Victim,
): Promise<string> {
  const { task_id: _, ...broken } = fileTask({
    workflowId,
    taskId: victim.taskId,
    folder,
    path: victim.path,
    urgent: true,
  });
  const written = path.join(workspace.directory, 'by-hand.json');
  const dropped = path.join(workspace.root, 'inbox', ANALYST, 'by-hand.json');
  await writeFile(written, `${JSON.stringify(broken, null, 2)}\n`);
  await rename(written, dropped);
  narrative.say(
    `mv by-hand.json ${path.relative(workspace.directory, dropped)}   (a task without its task_id)`,
  );
  return broken.message_id;
}

async function deadLetter({ mq, board, team, signal }: Stage, messageId: string): Promise<DeadLetter> {
  const entryId = await board.until(
    () =>
      team.find(({ event }) =>
        event.event === 'quarantined' && event.message_id === messageId ? event.entry_id : undefined,
      ),
    signal,
  );
  for await (const letter of mq.operations.deadLetters()) if (letter.entry.entryId === entryId) return letter;
  throw new DemoError('ERR_UNEXPECTED', `${entryId} was quarantined, but is not among the dead letters.`);
}

async function mend(location: string, taskId: string): Promise<void> {
  const broken = JSON.parse(await readFile(location, 'utf8')) as object;
  await writeFile(location, `${JSON.stringify({ ...broken, task_id: taskId }, null, 2)}\n`);
}
