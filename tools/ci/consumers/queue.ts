// A user of the queue: sends a task, works it off, and collects its completion.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { taskAssignment } from '@tapps-agents/contracts';
import { openQueue } from '@tapps-agents/queue';

const folder = await mkdtemp(join(tmpdir(), 'tapps-consumer-'));
const root = join(folder, '.tapps-agents', 'messages');
try {
  await using orchestrator = await openQueue({ root, agent: 'orchestrator' });
  await orchestrator.registerAgent('coder');
  await orchestrator.send(
    taskAssignment({ workflow_id: 'w', task_id: 't', agent_id: 'orchestrator', assigned_to: 'coder' }),
  );

  await using coder = await openQueue({ root, agent: 'coder' });
  const worker = coder.work({ task_assignment: () => ({ output_files: ['done.md'] }) }, { untilEmpty: true });
  await worker.done;

  const completed: string[] = [];
  const reports = orchestrator.collect(
    { task_complete: (message) => void completed.push(...message.results.output_files) },
    { untilEmpty: true },
  );
  await reports.done;
  if (completed.join() !== 'done.md') throw new Error(`collected ${JSON.stringify(completed)}`);
} finally {
  await rm(folder, { recursive: true });
}
