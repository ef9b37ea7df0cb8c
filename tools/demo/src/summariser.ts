import { readFile, writeFile } from 'node:fs/promises';
import type { TaskHandler } from '@tapps-agents/queue';
import type { AgentIdentity } from './agent-settings.ts';
import type { FileAnalysis } from './analysis.ts';
import { recordEffect } from './effects.ts';
import { reportMarkdown } from './report.ts';
import { condense, summarise } from './summary.ts';
import { toSummaryTask } from './tasks.ts';

/** Rows of each list that the answer carries; the file that is written has all of them. */
const ROWS = 10;

/** Links all analyses to one report: the file `report.md`, and its beginnings as the task's `output.summary`. */
export function summariser({ name, effects }: AgentIdentity): { task_assignment: TaskHandler } {
  return {
    task_assignment: async (message, context) => {
      const { analyses, folder, report } = toSummaryTask(message);
      const read = JSON.parse(await readFile(analyses, 'utf8')) as FileAnalysis[];
      await context.report({ status: 'in_progress', progress_percent: 50, current_step: 'linking imports' });
      const summary = summarise(read);
      await writeFile(report, reportMarkdown(summary, folder));
      recordEffect(effects, {
        task_id: message.task_id,
        message_id: message.message_id,
        delivery: context.deliveries,
        agent: name,
        pid: process.pid,
      });
      return {
        output_files: [report],
        output: {
          summary: condense(summary, ROWS),
          agent: name,
          pid: process.pid,
          delivery: context.deliveries,
        },
        metrics: { files: summary.totals.files, edges: summary.totals.edges },
      };
    },
  };
}
