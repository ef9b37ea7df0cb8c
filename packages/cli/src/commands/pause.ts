import { ExitCode } from '../exit-code.ts';
import { pausedJson } from '../json/pause.ts';
import { requireKnownAgent } from '../known-agents.ts';
import { operatorName } from '../operator-name.ts';
import { resumeCommand } from '../render/pause.ts';
import { safe } from '../render/safe-text.ts';
import { openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import type { Command } from './command.ts';

const OPTIONS = {
  agent: { type: 'string', requiresArg: true, describe: 'Only this agent’s boxes (default: everything)' },
  note: { type: 'string', requiresArg: true, describe: 'Why, for whoever finds it paused' },
} as const;

/** `pause [--agent A]`: nothing new is handed out until `resume`. What is in hand is finished; sending goes on. */
export const pause: Command = {
  name: 'pause',
  options: Object.keys(OPTIONS),
  add: (parser, session) =>
    parser.command(
      'pause',
      'Hand out no more messages until resumed; sending goes on',
      (options) =>
        options
          .options(OPTIONS)
          .example('$0 pause --note "bad deploy"', 'Stop everything')
          .example('$0 pause --agent coder', 'Stop one agent'),
      (options) => session.act(options, (context) => act(context, options.agent, options.note)),
    ),
};

async function act(
  context: CommandContext,
  agentId: string | undefined,
  note: string | undefined,
): Promise<ExitCode> {
  await using queue = await openToAct(context);
  const { output, program } = context;
  if (agentId !== undefined) await requireKnownAgent(queue, agentId);
  await queue.operations.pause({
    ...(agentId !== undefined && { agentId }),
    ...(note !== undefined && { note }),
    by: operatorName(),
  });
  output.data(pausedJson(agentId));
  output.text(agentId === undefined ? safe`paused everything` : safe`paused ${agentId}`);
  output.remark(safe`next: ${resumeCommand(program, agentId ?? null)}`);
  return ExitCode.ok;
}
