import { writeFile } from 'node:fs/promises';
import { toFileAnalysis } from './analysis.ts';
import { DemoError } from './demo-error.ts';
import type { Stage } from './incidents/stage.ts';
import { reportLines } from './report.ts';
import type { Summary } from './summary.ts';
import { summaryTask } from './tasks.ts';

/** Hands all analyses to the summariser, waits for its answer, and prints it. */
export async function askForReport({
  mq,
  board,
  narrative,
  workspace,
  folder,
  workflowId,
  signal,
}: Stage): Promise<void> {
  const analyses = new Map<string, unknown>();
  for (const { completions } of board.records()) {
    const analysis = toFileAnalysis(completions[0]?.results.output ?? {});
    if (analysis !== null) analyses.set(analysis.path, analysis);
  }
  await writeFile(workspace.analyses, JSON.stringify([...analyses.values()]));
  // A workflow of its own: the answer is for the one who asked, not for the collector of the others.
  const task = summaryTask(`${workflowId}-report`, {
    analyses: workspace.analyses,
    folder,
    report: workspace.report,
  });
  board.expect(task.task_id, null);
  const answer = await mq.request(task, { timeout: '60s', signal });
  board.recordCompletion(answer);
  const summary = answer.results.output['summary'];
  if (answer.status !== 'completed' || typeof summary !== 'object') {
    throw new DemoError('ERR_UNEXPECTED', `The summariser failed: ${answer.results.errors.join('; ')}`);
  }
  narrative.step(`The report (${String(answer.results.output['agent'])} made it; all of it is in report.md)`);
  for (const line of reportLines(summary as Summary)) narrative.say(line);
}
