import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { TaskHandler } from '@tapps-agents/queue';
import type { AgentIdentity } from './agent-settings.ts';
import { analyse } from './analyse.ts';
import { recordEffect } from './effects.ts';
import { HOLDING, toFileTask } from './tasks.ts';

/** Analyses one source file a task; the result is the task's `output.analysis`. */
export function analyst({ name, effects }: AgentIdentity): { task_assignment: TaskHandler } {
  return {
    task_assignment: async (message, context) => {
      const { file, path, hold } = toFileTask(message);
      const started_ms = performance.now();
      const delivery = context.deliveries;
      if (hold && delivery === 1) {
        await context.report({
          status: 'in_progress',
          progress_percent: 50,
          current_step: HOLDING,
          metadata: { agent: name, pid: process.pid, delivery },
        });
        // In the middle of the work, and there it stays: only SIGKILL, or the end of the demo, gets it out of here.
        if (!context.signal.aborted) await once(context.signal, 'abort');
        throw new Error(`${name} was told to stop while it held ${path}`);
      }
      const text = await readFile(file, { encoding: 'utf8', signal: context.signal });
      await context.report({
        status: 'in_progress',
        progress_percent: 30,
        current_step: `${name} reads ${basename(path)}`,
        metadata: { agent: name, pid: process.pid, delivery },
      });
      const analysis = analyse(path, text);
      recordEffect(effects, {
        task_id: message.task_id,
        message_id: message.message_id,
        delivery,
        agent: name,
        pid: process.pid,
      });
      return {
        output: { analysis, agent: name, pid: process.pid, delivery },
        metrics: {
          ...analysis.counts,
          lines: analysis.lines,
          analysis_ms: Math.round(performance.now() - started_ms),
        },
      };
    },
  };
}
