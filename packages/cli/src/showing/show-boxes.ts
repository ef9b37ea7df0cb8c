import type { Queue } from '@tapps-agents/queue';
import { ExitCode } from '../exit-code.ts';
import { agentJson } from '../json/agent.ts';
import { inspectionJson } from '../json/inspect.ts';
import { agent } from '../render/agent.ts';
import { boxes } from '../render/boxes.ts';
import { safe } from '../render/safe-text.ts';
import { layoutOf, openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';

/** Prints the boxes at a glance, and says which could not be looked at; of many, unless all are asked for, a terminal shows those that matter. */
export async function showBoxes(context: CommandContext, all: boolean): Promise<ExitCode> {
  await using queue = await openToAct(context);
  const { io, output, root, program } = context;
  output.remark(safe`${root.shown}`); // First, so that something is there at once.
  const inspection = await queue.operations.inspect();
  output.data(inspectionJson(inspection, program, io.now()));
  output.text(boxes(inspection, layoutOf(context), { all }));
  return inspection.unreadable.length === 0 ? ExitCode.ok : ExitCode.partlyDone;
}

/** Prints all that is known of one agent. */
export async function showAgent(context: CommandContext, queue: Queue, agentId: string): Promise<ExitCode> {
  const { io, output, program } = context;
  const report = await queue.operations.inspectAgent(agentId);
  output.data(agentJson(report, program, io.now()));
  output.text(agent(report, layoutOf(context)));
  return ExitCode.ok;
}
